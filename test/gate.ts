import type { Postgres } from '@postgres-backuper/testing';

const SESSIONS = "FROM pg_catalog.pg_stat_activity WHERE application_name = 'gate'";

/** A part of a function in PL/pgSQL, which does not go on while the gate of its server is closed. */
export const WAIT_AT_GATE = `WHILE EXISTS (SELECT ${SESSIONS}) LOOP
  PERFORM pg_catalog.pg_sleep(0.02), pg_catalog.pg_stat_clear_snapshot(); END LOOP;`;

/** Closes the gate of a server, and answers once it is closed; what it returns opens it. */
export async function closeGate({ psql, until }: Postgres): Promise<() => Promise<void>> {
  const open = async () => void (await psql(`SELECT pg_terminate_backend(pid, 60000) ${SESSIONS}`));
  await open(); // that of an earlier try
  const closed = psql("SET application_name = 'gate'; SELECT pg_sleep(6000)").catch(() => undefined);
  await until(`EXISTS (SELECT ${SESSIONS} AND wait_event = 'PgSleep')`);
  return async () => {
    await open();
    await closed;
  };
}
