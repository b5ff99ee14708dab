import { type Postgres, SAMPLE_WORDS, SAMPLE_WORDS_END } from '@postgres-backuper/testing';
import { BENCH_TABLES, type BenchTable, smallTablesSql } from './tables.ts';

/** Two fill the tables: as many as this machine has processors in the runs that are published. */
const SESSIONS = 2;

/**
 * Makes a database of about `megabytes` of COPY text, the same one each time: jsonb and text events (one giant
 * table), narrow orders, bytea, numeric time series and small tables. Nothing is left to vacuum or to checkpoint.
 */
export async function createBenchDatabase(
  server: Pick<Postgres, 'psql' | 'createDatabase'>,
  { dbname, megabytes }: { readonly dbname: string; readonly megabytes: number },
): Promise<void> {
  await server.createDatabase(dbname, 'TEMPLATE template0');
  const run = (sql: string): Promise<string> => server.psql(sql, dbname);
  await run(SAMPLE_WORDS);
  await run(
    BENCH_TABLES.map(({ name, columns }) => `CREATE TABLE ${name} (${columns});`).join('\n') +
      smallTablesSql(megabytes),
  );
  for (const table of BENCH_TABLES) await Promise.all(fillStatements(table, megabytes).map(run));
  await run(SAMPLE_WORDS_END);
  for (const { finish } of BENCH_TABLES) await run(finish);
  await run('VACUUM (FREEZE, ANALYZE)');
  await server.psql('CHECKPOINT');
}

/** One statement per session, each with its share of the rows. */
function fillStatements({ name, row, rowsPerMb }: BenchTable, megabytes: number): string[] {
  const rows = Math.ceil(rowsPerMb * megabytes);
  const share = Math.ceil(rows / SESSIONS);
  return Array.from({ length: SESSIONS }, (_, session) => {
    const [first, last] = [session * share + 1, Math.min(rows, (session + 1) * share)];
    return `SET synchronous_commit = off;
INSERT INTO ${name} SELECT ${row.replaceAll('$rows', String(rows))} FROM generate_series(${first}::bigint, ${last}) g
 JOIN sample_text t ON t.id = g * 17 % 20000 JOIN sample_text u ON u.id = g * 13 % 20000;`;
  });
}
