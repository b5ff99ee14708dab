import type { Catalog } from './catalog-document.ts';
import { wrong } from './shape.ts';

/** A line of `pg_restore --list` for a table's rows: `3456; 0 16385 TABLE DATA public orders owner`. */
const TABLE_DATA = /^(\d+); \d+ \d+ TABLE DATA /gm;

/**
 * Throws ShapeError unless catalog and `pg_restore --list` have the same tables, each once with its own file, and every
 * data file belongs to a table: a table that one of them lacks would be restored empty.
 */
export function checkTables({ tables, files, dump }: Pick<Catalog, 'tables' | 'files' | 'dump'>): void {
  const listed = new Set(Array.from(dump.list.matchAll(TABLE_DATA), ([, dumpId]) => Number(dumpId)));
  const stored = new Set<string>();
  for (const { name } of files) {
    if (stored.has(name)) throw wrong('files', `has '${name}' twice`);
    stored.add(name);
  }
  const seen = new Set<number>();
  for (const { schema, table, dumpId, file } of tables) {
    const name = `'${schema}.${table}'`;
    if (seen.has(dumpId)) throw wrong('tables', `has dump id ${dumpId} twice, of ${name} too`);
    if (file !== `${dumpId}.dat`)
      throw wrong('tables', `gives ${name} the file '${file}', not that of dump id ${dumpId}`);
    if (!stored.has(file)) throw wrong('files', `has no '${file}' with the rows of ${name}`);
    if (!listed.has(dumpId)) throw wrong('dump.list', `has no rows of ${name}`);
    seen.add(dumpId);
  }
  const forgotten = [...listed].find((dumpId) => !seen.has(dumpId));
  if (forgotten !== undefined) throw wrong('tables', `lacks the table whose rows have dump id ${forgotten}`);
  const foreign = [...stored].find((name) => /^\d+\.dat$/.test(name) && !seen.has(Number.parseInt(name, 10)));
  if (foreign !== undefined) throw wrong('files', `has '${foreign}', which is of no table`);
}
