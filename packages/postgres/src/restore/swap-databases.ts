import { BackuperError, type Context, isBackuperError, numberOf, say } from '@postgres-backuper/base';
import { openMaintenanceSession, type Session } from '../session/psql.ts';
import type { Client } from '../session/server.ts';
import { identifier, literal, sql, wholeNumber } from '../session/sql.ts';

/** A database that another one is to take the place of. */
export interface ReplacedDatabase {
  readonly exists: boolean;
  /** Whether the role has the rights of its owner, which a new name needs besides CREATEDB. */
  readonly isOwned: boolean;
  /** Who is connected to it: `user/application (pid)`. */
  readonly sessions: readonly string[];
}

/** Errors: those of Session.query. */
export async function readReplacedDatabase(session: Session, name: string): Promise<ReplacedDatabase> {
  const [database] = await session.query<{ isOwned: boolean }>(
    sql`SELECT pg_catalog.pg_has_role(datdba, 'USAGE') AS "isOwned" FROM pg_catalog.pg_database WHERE datname = ${literal(name)}`,
  );
  const sessions = await readSessions(session, name);
  return { exists: database !== undefined, isOwned: database?.isOwned === true, sessions };
}

/** Those of clients: the server ends its own by itself. */
async function readSessions(session: Session, name: string): Promise<readonly string[]> {
  const rows = await session.query<{ who: string }>(
    sql`SELECT usename || coalesce('/' || nullif(application_name, ''), '') || ' (' || pid || ')' AS who
          FROM pg_catalog.pg_stat_activity WHERE datname = ${literal(name)} AND usename IS NOT NULL ORDER BY backend_start`,
  );
  return rows.map(({ who }) => who);
}

/** Most sessions in one text. */
const NAMED = 5;

export function databaseInUse(name: string, sessions: readonly string[]): BackuperError {
  const who = sessions.slice(0, NAMED).join(', ');
  const more = sessions.length > NAMED ? ', …' : '';
  const text = `database '${name}' cannot be replaced while ${numberOf(sessions.length, 'session')} of others use it: ${who}${more}`;
  return new BackuperError('database-in-use', text, {
    hint: `end them, or give ${say.option('disconnect')}, which ends them at the moment of the exchange`,
  });
}

export interface Swap {
  /** The database that is replaced. */
  readonly name: string;
  /** The one that takes its name. */
  readonly restored: string;
  /** New name of the replaced one. */
  readonly before: string;
  /** Ends the sessions of others on it; without it they make the swap fail. */
  readonly disconnect: boolean;
}

/** Pause between two looks for sessions that have to end, milliseconds. */
const END_EVERY_MS = 50;

/**
 * Gives both databases their new names in one transaction: whatever happens, both have the old names or both the new
 * ones. New connections wait meanwhile, since ALTER DATABASE … RENAME locks the name; the server gives the sessions
 * there 5 s to end. Errors: database-in-use, statement-failed, server-unavailable.
 */
export async function swapDatabases(
  { client, maintenanceDatabases }: { readonly client: Client; readonly maintenanceDatabases: readonly string[] },
  swap: Swap,
  context: Pick<Context, 'clock' | 'signal'>,
): Promise<void> {
  const open = () => openMaintenanceSession(client, maintenanceDatabases, context);
  const [renaming, watching] = await Promise.all([open(), open()]);
  try {
    const sessions = await readSessions(watching, swap.name);
    if (sessions.length > 0 && !swap.disconnect) throw databaseInUse(swap.name, sessions);
    const oid = await oidOf(watching, swap.name);
    const renamed = rename(renaming, swap);
    await Promise.all([renamed, swap.disconnect ? endSessions(watching, { oid, until: renamed }, context) : undefined]);
  } catch (error) {
    if (await isSwapped(watching, swap)) return; // only the answer to COMMIT was lost
    if (!isBackuperError(error, 'statement-failed') || sqlStateOf(error) !== IN_USE) throw error;
    const left = await readSessions(watching, swap.name);
    throw left.length === 0 ? error : databaseInUse(swap.name, left); // else a prepared transaction
  } finally {
    await Promise.all([renaming.close(), watching.close()]);
  }
}

async function oidOf(session: Session, name: string): Promise<string> {
  const [database] = await session.query<{ oid: string }>(
    sql`SELECT oid::text AS oid FROM pg_catalog.pg_database WHERE datname = ${literal(name)}`,
  );
  return database?.oid ?? '0';
}

async function rename(session: Session, { name, restored, before }: Swap): Promise<void> {
  await session.execute(sql`BEGIN`);
  await session.execute(sql`ALTER DATABASE ${identifier(name)} RENAME TO ${identifier(before)}`);
  await session.execute(sql`ALTER DATABASE ${identifier(restored)} RENAME TO ${identifier(name)}`);
  await session.execute(sql`COMMIT`);
}

/**
 * Also those that came in before the name was locked. By the OID, since the name is soon that of the new database. The
 * list is materialized: otherwise sessions of other databases were ended too (measured).
 */
async function endSessions(
  session: Session,
  { oid, until }: { readonly oid: string; readonly until: Promise<void> },
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
              WHERE datid = ${wholeNumber(oid)} AND usename IS NOT NULL AND pid <> pg_catalog.pg_backend_pid())
            SELECT count(pg_catalog.pg_terminate_backend(pid)) AS ended FROM s`,
      )
      .catch((error: unknown) => {
        if (!isBackuperError(error, 'statement-failed')) throw error; // sessions of superusers stay: the swap names them
      });
    if (!isOver) await clock.sleep(END_EVERY_MS, { signal });
  }
}

async function isSwapped(session: Session, { before, restored }: Swap): Promise<boolean> {
  const names = await session
    .query<{ name: string }>(
      sql`SELECT datname AS name FROM pg_catalog.pg_database WHERE datname IN (${literal(before)}, ${literal(restored)})`,
    )
    .catch(() => []);
  return names.length === 1 && names[0]?.name === before;
}

const IN_USE = '55006';

function sqlStateOf({ result }: BackuperError): string | undefined {
  return ((result ?? {}) as { sqlState?: string }).sqlState;
}
