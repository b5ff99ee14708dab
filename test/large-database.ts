import type { Postgres } from '@postgres-backuper/testing';

/** Parts of the workflows to copy: one for each of four jobs, and one for the job that holds the snapshot. */
export const PARTS = 5;

/** Tables for as many parts, and one that only the job with the snapshot can read, which keeps it busy while the others come. */
export async function fillLargeDatabase(postgres: Postgres, database: string): Promise<void> {
  const row = 'md5(g::text) AS a, md5((g * 7)::text) AS b';
  const tables = Array.from(
    { length: PARTS },
    (_, index) => `CREATE TABLE large.t${index} AS SELECT g, ${row} FROM generate_series(${index}, 20000) g;`,
  );
  await postgres.psql(
    `CREATE SCHEMA large; ${tables.join(' ')}
     CREATE TABLE large.guarded AS SELECT g, ${row} FROM generate_series(1, 200000) g;
     ALTER TABLE large.guarded ENABLE ROW LEVEL SECURITY`,
    database,
  );
}

/** A line of a number of rows and a sum for each of these tables. */
export async function sumsOfLarge(postgres: Postgres, database: string): Promise<string> {
  const names = [...Array.from({ length: PARTS }, (_, index) => `t${index}`), 'guarded'];
  const sums = names.map((name) => `SELECT '${name}', count(*), sum(hashtext(x::text)::bigint) FROM large.${name} x`);
  return postgres.psql(`${sums.join(' UNION ALL ')} ORDER BY 1`, database);
}

/** Of the summary of a backup in parts: who read each part, in the order of the parts. */
export function readersIn(summary: string): readonly string[] {
  const rows = [...summary.matchAll(/^\| (\d+) \| ((?:this|another) job)/gm)];
  return rows.sort(([, a], [, b]) => Number(a) - Number(b)).map(([, , who = '']) => who);
}
