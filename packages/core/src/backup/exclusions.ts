import type { Context } from '@postgres-backuper/base';
import type { Inventory, Selection } from '@postgres-backuper/postgres';
import type { LeftOut } from './left-out.ts';
import type { Tally } from './tally.ts';

interface Asked {
  readonly selection: Selection;
  readonly largeObjects: boolean;
}

/** As in pg_dump, a selection of schemas or tables excludes the large objects. */
export function dumpsLargeObjects({ largeObjects, selection }: Asked): boolean {
  return largeObjects && selection.schemas.length === 0 && selection.tables.length === 0;
}

/** Warnings are kept in the catalog. */
export function tellLeftOut({ missing, warnings, notices }: LeftOut, tally: Tally, { emit }: Context): void {
  for (const text of notices) emit({ type: 'notice', text });
  for (const text of warnings) tally.warn(text);
  if (missing.length === 0) return;
  const names = missing.map(({ schema, table }) => `'${schema}.${table}'`).join(', ');
  tally.warn(`not in the backup, since a standby has no rows of unlogged tables: ${names}`);
}

/** What is not in the backup, for the catalog; the commit has their number. */
export function exclusionsOf(request: Asked, inventory: Inventory, leftOut: LeftOut): string[] {
  const { selection } = request;
  const each = (flag: string, patterns: readonly string[]): string[] =>
    patterns.map((pattern) => `--${flag} ${pattern}`);
  const missing = inventory.largeObjects > 0 && !dumpsLargeObjects(request);
  return [
    ...each('schema', selection.schemas),
    ...each('exclude-schema', selection.excludeSchemas),
    ...each('table', selection.tables),
    ...each('exclude-table', selection.excludeTables),
    ...each('exclude-table-data', selection.excludeTableData),
    ...(missing ? [`${inventory.largeObjects} large objects`] : []),
    ...leftOut.withoutRows.map((name) => `rows of '${name}'`),
    ...leftOut.missing.map(
      ({ schema, table }) => `content of '${schema}.${table}', which is unlogged: a standby has none`,
    ),
  ];
}
