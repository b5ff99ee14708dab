import type { Postgres } from '@postgres-backuper/testing';

/** Parts of the workflows to copy: one for each of four jobs, and one for the job that holds the snapshot. */
export const PARTS = 5;
/** How long a read or a load waits at most, seconds. */
const PATIENCE_SECONDS = 120;

/**
 * Tables for as many parts, and one that only the job with the snapshot can read, which keeps it busy while the others come.
 * What a first try of the test left is dropped.
 */
export async function fillLargeDatabase(postgres: Postgres, database: string): Promise<void> {
  const row = 'md5(g::text) AS a, md5((g * 7)::text) AS b';
  const tables = Array.from(
    { length: PARTS },
    (_, index) => `CREATE TABLE large.t${index} AS SELECT g, ${row} FROM generate_series(${index}, 20000) g;`,
  );
  await postgres.psql(
    `SET client_min_messages = 'warning'; DROP SCHEMA IF EXISTS large CASCADE; CREATE SCHEMA large; ${tables.join(' ')}
     CREATE TABLE large.guarded AS SELECT g, ${row} FROM generate_series(1, 200000) g;
     ALTER TABLE large.guarded ENABLE ROW LEVEL SECURITY`,
    database,
  );
}

/** Of a session that, as long as it is there, keeps the tables from being loaded, and the job with the snapshot from its own. */
const GATE = 'gate of the large tables';
const IS_SHUT = `EXISTS (SELECT FROM pg_catalog.pg_stat_activity WHERE application_name = '${GATE}')`;

/** Shuts the gate of all databases of the server, until the answer is called. */
export async function shutGate(postgres: Postgres): Promise<() => Promise<void>> {
  const gate = postgres
    .psql(`SET application_name = '${GATE}'; SELECT pg_sleep(6000)`, 'postgres')
    .catch(() => undefined);
  await postgres.until(IS_SHUT);
  return async () => {
    await postgres.psql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '${GATE}'`,
      'postgres',
    );
    await gate;
  };
}

/**
 * Keeps the job with the snapshot from its own tables until another job has claimed a part, and no gate is shut: otherwise
 * it could read all of them before another one is there. The view that it then cannot describe is locked as soon as it
 * holds the snapshot (its locks are those of one session). True, once the other job has come; false: none came in time.
 */
export async function holdReads(postgres: Postgres, database: string): Promise<boolean> {
  const claiming = `(SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'advisory' AND granted AND application_name LIKE 'postgres-backuper backup\\_%')`;
  const wait = (state: string) => `ends := clock_timestamp() + interval '${PATIENCE_SECONDS} s';
    WHILE ${state} AND clock_timestamp() < ends LOOP
      PERFORM pg_sleep(0.02), pg_stat_clear_snapshot();
    END LOOP;`;
  await postgres.psql(
    `CREATE OR REPLACE VIEW large.described AS SELECT 1;
     CREATE OR REPLACE FUNCTION large.hold_reads() RETURNS boolean LANGUAGE plpgsql AS $$
     DECLARE ends timestamptz;
     BEGIN
       ${wait(`${claiming} < 1`)}
       LOCK TABLE large.described IN ACCESS EXCLUSIVE MODE;
       ${wait(`${claiming} < 2`)}
       ${wait(IS_SHUT)}
       RETURN clock_timestamp() < ends;
     END $$`,
    database,
  );
  return (await postgres.psql('SELECT large.hold_reads()', database)) === 't';
}

/**
 * Each of the tables for parts is loaded only once a worker of a restore has claimed a table, and no gate is shut:
 * otherwise one job could load all of them before another one is there. Restores by one job wait, too.
 */
export async function letLoadsWait(postgres: Postgres, database: string): Promise<void> {
  const worker = `EXISTS (SELECT FROM pg_catalog.pg_locks JOIN pg_catalog.pg_stat_activity USING (pid)
    WHERE locktype = 'advisory' AND granted AND application_name LIKE 'postgres-backuper part %')`;
  const names = Array.from({ length: PARTS }, (_, index) => `t${index}`);
  await postgres.psql(
    `CREATE FUNCTION large.may_load() RETURNS boolean LANGUAGE plpgsql AS $$
     DECLARE ends timestamptz := pg_catalog.clock_timestamp() + interval '${PATIENCE_SECONDS} s';
     BEGIN
       WHILE pg_catalog.current_setting('large.fills', true) IS DISTINCT FROM 'yes'
         AND pg_catalog.clock_timestamp() < ends AND (NOT ${worker} OR ${IS_SHUT}) LOOP
         PERFORM pg_catalog.pg_sleep(0.05), pg_catalog.pg_stat_clear_snapshot();
       END LOOP;
       RETURN true;
     END $$;
     SET large.fills = 'yes';
     ${names.map((name) => `ALTER TABLE large.${name} ADD CHECK (g <> 10 OR large.may_load());`).join(' ')}`,
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

/** Of the summary of a restore in parts: the jobs that loaded tables beside the one that made the database. */
export function loadersIn(summary: string): readonly string[] {
  return [...summary.matchAll(/^- part (\d\/\d)\b/gm)].map(([, part = '']) => part);
}
