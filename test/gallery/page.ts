import type { RestoreResult } from '@postgres-backuper/core';
import { DEBIAN_GALLERIES, GALLERIES, type Gallery } from './galleries.ts';

/** How a restore or a drill of one gallery ended. */
export interface Seen {
  readonly status: number;
  /** Of a drill. */
  readonly verdict?: string | undefined;
  readonly tables: number;
  readonly rows: number;
  readonly objects: RestoreResult['objects'];
  /** Parts that were left out. */
  readonly without: readonly string[];
}

export const WAYS = ['superuser', 'ordinary role', 'ordinary role, `--into-empty`', 'drill'] as const;
export type Way = (typeof WAYS)[number];

const HEAD = `# Databases as people have them

Small databases of our own with what schemas of well-known kinds have ([test/gallery](../../test/gallery)). A test backs up each
with [the minimal role](../minimal-role.md) and brings it to another cluster, which has none of its roles, in these ways:

- **superuser**: \`restore --create-roles\`. Where nothing is listed as missing, the test compares all rows and all definitions with
  the original: they are the same.
- **ordinary role**: one with \`LOGIN CREATEDB\` alone, and \`restore --no-owner --no-privileges --no-policies\`.
- **ordinary role, \`--into-empty\`**: the same role, into a database of its own in which a superuser created the extensions. Only
  tried where the role alone had to fail.
- **drill**: \`verify --level restore\` on that server, which reads all rows again, and creates no roles. Its verdict is *degraded*
  where something was not drilled or is missing there.

The tables below are written by the test. Status 4: all rows are there, and the objects listed are not. Tables and rows are those
that were compared with the backup. An ordinary role may not create extensions that are not trusted: let a superuser create them.

PostgreSQL 17 and newer build indexes with a \`search_path\` of their own. A function in an index that names another
without its schema fails there, also with \`pg_restore\`: write the schema, or give the function a \`search_path\`
(\`ALTER FUNCTION … SET search_path = …\`), then run the statement that the result lists for the index.
`;

const TAIL = `
PostGIS, pg_partman and pg_cron do not come with the servers that the tests start: [their own page](gallery-debian.md) is of
Debian's.
`;

const DEBIAN_HEAD = `# Databases with extensions of Debian's packages

As in [the gallery](gallery.md), on PostgreSQL 15 of Debian 12 with its packages \`postgresql-15-postgis-3\`,
\`postgresql-15-partman\` and \`postgresql-15-cron\`. The test that writes this page ([debian.test.ts](../../test/gallery/debian.test.ts)) only
runs where they are installed; a fresh machine does not get them.
`;

/** The page of the galleries that need Debian's packages. */
export function debianPage(seen: ReadonlyMap<string, Seen>, major: number): string {
  return `${DEBIAN_HEAD}${DEBIAN_GALLERIES.map((gallery) => section(gallery, seen, [major])).join('')}`;
}

/** The page of all galleries. */
export function page(seen: ReadonlyMap<string, Seen>, majors: readonly number[]): string {
  const sections = GALLERIES.map((gallery) => section(gallery, seen, majors));
  return `${HEAD}${sections.join('')}${TAIL}`;
}

export function keyOf({ name }: Gallery, major: number, way: Way): string {
  return `${name} ${major} ${way}`;
}

function section(gallery: Gallery, seen: ReadonlyMap<string, Seen>, majors: readonly number[]): string {
  const rows = majors.flatMap((major) =>
    WAYS.flatMap((way) => {
      const one = seen.get(keyOf(gallery, major, way));
      if (one === undefined) return [];
      const status = [one.status, one.verdict ?? []].flat().join(', ');
      return `| ${[major, way, status, one.tables, one.rows, lackOf(one)].join(' | ')} |`;
    }),
  );
  const table = ['| PostgreSQL | by | status | tables | rows | missing |', '|--:|---|---|--:|--:|---|', ...rows];
  return `\n## [${gallery.name}](../../test/gallery/${gallery.name}.sql)\n\n${gallery.about}\n\n${table.join('\n')}\n`;
}

function lackOf({ objects, without }: Seen): string {
  const reasons = [...new Set(objects.map(({ reason }) => reason))].sort();
  const texts = reasons.map((reason) => {
    const names = objects
      .filter((one) => one.reason === reason)
      .map(({ object, lack }) => `\`${object}\` ${lack}`)
      .sort();
    return `${names.join(', ')}: ${reason}`;
  });
  return [...without, ...texts].join('; ').replaceAll('|', '\\|').replaceAll('\n', ' ');
}
