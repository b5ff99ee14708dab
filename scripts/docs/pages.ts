import { posix } from 'node:path';

/** The groups of the sidebar, in order, with their pages as paths of the repository. `*`: the rest of a folder. */
const GROUPS: readonly (readonly [title: string, pages: readonly string[]])[] = [
  ['Start', ['README.md', 'README.ru.md', 'docs/start.md', 'docs/which-tool.md', 'docs/glossary.md']],
  [
    'Where it runs',
    [
      'docs/hosts/README.md',
      'docs/hosts/github/README.md',
      'docs/hosts/gitlab.md',
      'docs/hosts/teamcity.md',
      'docs/hosts/airflow.md',
      'docs/hosts/forgejo.md',
      'docs/hosts/machine.md',
      'docs/hosts/*',
    ],
  ],
  ['Restore', ['docs/restore.md', 'docs/restore-without-us.md', 'docs/import.md']],
  [
    'Watch',
    [
      'docs/notifications.md',
      'docs/monitoring.md',
      'docs/report.md',
      'docs/history.md',
      'docs/retention.md',
      'docs/incremental.md',
      'docs/copies.md',
      'docs/log.md',
    ],
  ],
  [
    'Servers',
    [
      'docs/minimal-role.md',
      'docs/standby.md',
      'docs/password-command.md',
      'docs/hooks.md',
      'docs/ssh-tunnel.md',
      'docs/iam.md',
      'docs/sftp.md',
      'docs/limit-rate.md',
      'docs/compression.md',
      'docs/scale.md',
    ],
  ],
  [
    'Trust',
    [
      'docs/threat-model.md',
      'docs/reliability.md',
      'docs/reliability/*',
      'SECURITY.md',
      'docs/licences.md',
      'bench/README.md',
      'bench/RESULTS.md',
    ],
  ],
  [
    'Reference',
    ['docs/options.md', 'docs/exit-status.md', 'docs/metrics.md', 'docs/schemas/README.md', 'docs/format.md'],
  ],
  ['Versions', ['CHANGELOG.md', 'docs/versioning.md', 'docs/releasing.md']],
  ['Inside', ['CONTRIBUTING.md', 'docs/architecture.md', 'docs/decisions/README.md', 'docs/decisions/*']],
  ['More', ['docs/*']],
];

export interface Group {
  readonly title: string;
  readonly pages: readonly string[];
}

/** The groups with their pages; `files` are all pages that there are. A page is in one group; an empty group is left out. */
export function groupsOf(files: readonly string[]): readonly Group[] {
  const left = new Set(files);
  const take = (page: string): readonly string[] => {
    const folder = page.endsWith('/*') ? page.slice(0, -1) : undefined;
    const found = [...left].filter((path) => (folder === undefined ? path === page : path.startsWith(folder))).sort();
    for (const path of found) left.delete(path);
    return found;
  };
  const rests = GROUPS.flatMap(([, pages]) => pages).filter((page) => page.endsWith('/*'));
  const named = new Map(
    GROUPS.flatMap(([, pages]) => pages)
      .filter((page) => !rests.includes(page))
      .map((page) => [page, take(page)]),
  );
  const groups = GROUPS.map(([title, pages]) => ({
    title,
    pages: pages.flatMap((page) => named.get(page) ?? take(page)),
  }));
  if (left.size > 0) throw new Error(`no group of scripts/docs/pages.ts has ${[...left].join(', ')}`);
  return groups.filter(({ pages }) => pages.length > 0);
}

/** Where a page of the repository is on the site, without its extension: `docs/hosts/README.md` is `/hosts/`. */
export function sitePath(page: string): string {
  const path = page.replace(/^docs\//, '').replace(/\.md$/, '');
  return `/${posix.basename(path) === 'README' ? path.slice(0, -'README'.length) : path}`;
}
