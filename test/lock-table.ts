import type { Postgres } from '@postgres-backuper/testing';

/** Locks a table against everybody, and answers once it is locked; what it returns unlocks it. */
export async function lockTable(
  { psql, until }: Postgres,
  table: string,
  dbname: string,
): Promise<() => Promise<void>> {
  const name = `lock of ${table}`;
  const sessions = `FROM pg_stat_activity WHERE application_name = '${name}'`;
  const unlock = async () => void (await psql(`SELECT pg_terminate_backend(pid, 60000) ${sessions}`));
  await unlock(); // that of an earlier try
  const sql = `SET application_name = '${name}'; BEGIN; LOCK TABLE ${table}; SELECT pg_sleep(6000)`;
  const locked = psql(sql, dbname).catch(() => undefined);
  await until(`EXISTS (SELECT ${sessions} AND wait_event = 'PgSleep')`);
  return async () => {
    await unlock();
    await locked;
  };
}
