import type { HostFiles } from '@postgres-backuper/hosts';

/** The rows of a table that link to the pages of hosts. */
const ROWS = /(?:^\| .*\]\(docs\/hosts\/[^)]+\) \|\n)+/m;

const YES = { en: 'yes', ru: 'да' } as const;

/** The README with the rows of these hosts in its table of where the program runs. Throws where it has no such rows. */
export function withHostRows(readme: string, language: keyof typeof YES, hosts: readonly HostFiles[]): string {
  if (!ROWS.test(readme)) throw new Error('the README has no table of hosts');
  const rows = hosts.map(
    ({ readme: { host, page, has } }) => `| ${host} | ${YES[language]}: [${has[language]}](docs/hosts/${page}) |\n`,
  );
  return readme.replace(ROWS, () => rows.join(''));
}
