import { BackuperError, type Context, isBackuperError, say } from '@postgres-backuper/base';
import type { Session } from '../session/psql.ts';
import { joined, literal, sql, wholeNumber } from '../session/sql.ts';

/** Those of clients, `user/application (pid)`: the server ends its own by itself. Errors: those of Session.query. */
export async function readSessions(session: Session, databases: readonly string[]): Promise<readonly string[]> {
  const rows = await session.query<{ who: string }>(
    sql`SELECT usename || coalesce('/' || nullif(application_name, ''), '') || ' (' || pid || ')' AS who
          FROM pg_catalog.pg_stat_activity
         WHERE datname IN (${joined(databases.map(literal))}) AND usename IS NOT NULL ORDER BY backend_start`,
  );
  return rows.map(({ who }) => who);
}

/** Most sessions in one text. */
const NAMED = 5;

/** `disconnect`: they were to be ended, and are still there. */
export function databaseInUse(name: string, sessions: readonly string[], disconnect = false): BackuperError {
  const who = sessions.slice(0, NAMED).join(', ');
  const more = sessions.length > NAMED ? `, and ${sessions.length - NAMED} more` : '';
  const hint = disconnect
    ? 'let a superuser end them (pg_terminate_backend), or stop what connects again and again'
    : `end them, or give ${say.option('disconnect')}, which ends them at the moment of the exchange`;
  return new BackuperError(
    'database-in-use',
    `database '${name}' cannot be renamed while others use it: ${who}${more}`,
    {
      hint,
    },
  );
}

/** Pause between two looks for sessions that have to end, milliseconds. */
const END_EVERY_MS = 50;

/** Those whose end the role may ask for: one refusal would spare all others. */
const MAY_END = sql`(pg_catalog.pg_has_role(usesysid, 'USAGE') OR pg_catalog.pg_has_role('pg_signal_backend', 'USAGE'))
   AND ((SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
        OR NOT (SELECT rolsuper FROM pg_catalog.pg_roles r WHERE r.oid = usesysid))`;

/**
 * Ends them again and again, since new ones may come in; not those of superusers, unless the role is one. By OIDs,
 * since the names may change meanwhile. The list is materialized: otherwise sessions of other databases were ended too
 * (measured). Errors: server-unavailable.
 */
export async function endSessions(
  session: Session,
  { oids, until }: { readonly oids: readonly string[]; readonly until: Promise<void> },
  { clock, signal }: Pick<Context, 'clock' | 'signal'>,
): Promise<void> {
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  until.then(over, over);
  while (!isOver) {
    await session
      .query(
        sql`WITH s AS MATERIALIZED (SELECT pid FROM pg_catalog.pg_stat_activity
              WHERE datid IN (${joined(oids.map(wholeNumber))}) AND usename IS NOT NULL
                AND pid <> pg_catalog.pg_backend_pid() AND ${MAY_END})
            SELECT count(pg_catalog.pg_terminate_backend(pid)) AS ended FROM s`,
      )
      .catch((error: unknown) => {
        if (!isBackuperError(error, 'statement-failed')) throw error; // what stays makes the exchange fail, with its name
      });
    if (!isOver) await clock.sleep(END_EVERY_MS, { signal });
  }
}
