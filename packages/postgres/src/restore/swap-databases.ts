import { BackuperError, type Context, isBackuperError } from '@postgres-backuper/base';
import { openMaintenanceSession, type Session } from '../session/psql.ts';
import type { Client } from '../session/server.ts';
import { identifier, joined, literal, type Sql, sql, textOf } from '../session/sql.ts';
import { databaseInUse, endSessions, readSessions } from './database-sessions.ts';

/** An exchange of names. */
export interface Swap {
  /** The name that passes to another database. */
  readonly name: string;
  /** The database that gets it. */
  readonly next: string;
  /** New name of the database that has it; undefined: none has it. */
  readonly aside: string | undefined;
  /** Ends the sessions of others on both; without it they make the exchange fail. */
  readonly disconnect: boolean;
}

/**
 * Gives both databases their new names in one transaction: whatever happens, both have the old names or both the new
 * ones. New connections wait meanwhile, since ALTER DATABASE … RENAME locks the name; the server gives the sessions
 * there 5 s to end. Returns the OID of the database that has the name now. Errors: database-in-use, database-missing, privilege-missing, statement-failed, server-unavailable.
 */
export async function swapDatabases(
  { client, maintenanceDatabases }: { readonly client: Client; readonly maintenanceDatabases: readonly string[] },
  swap: Swap,
  context: Pick<Context, 'clock' | 'signal'>,
): Promise<string> {
  const open = () => openMaintenanceSession(client, maintenanceDatabases, context);
  const [renaming, watching] = await Promise.all([open(), open()]);
  try {
    const oids = await readOids(watching, swap);
    if (!swap.disconnect) await requireUnused(watching, swap, context);
    const renamed = rename(renaming, swap);
    const until = { oids: [...oids.values()], until: renamed };
    try {
      await Promise.all([renamed, swap.disconnect ? endSessions(watching, until, context) : undefined]);
    } catch (error) {
      if (!(await isSwapped(watching, swap, oids))) throw await explained(error, watching, swap);
      // only the answer to COMMIT was lost
    }
    return oids.get(swap.next) ?? '';
  } finally {
    await Promise.all([renaming.close(), watching.close()]);
  }
}

/** For psql, on another database. */
export function swapStatements(swap: Pick<Swap, 'name' | 'next' | 'aside'>): string {
  return ['BEGIN', ...renames(swap).map(textOf), 'COMMIT'].map((statement) => `${statement};`).join(' ');
}

function renames({ name, next, aside }: Pick<Swap, 'name' | 'next' | 'aside'>): readonly Sql[] {
  const rename = (from: string, to: string) => sql`ALTER DATABASE ${identifier(from)} RENAME TO ${identifier(to)}`;
  return [...(aside === undefined ? [] : [rename(name, aside)]), rename(next, name)];
}

/**
 * The names are locked meanwhile: a run that stands still, or whose machine is gone, must not keep them. The server ends
 * its session then, and takes everything back.
 */
const LIMITS = sql`
SET LOCAL idle_in_transaction_session_timeout = '5s'; SET LOCAL lock_timeout = '5s'; SET LOCAL statement_timeout = '15s'`;

async function rename(session: Session, swap: Swap): Promise<void> {
  await session.execute(sql`BEGIN`);
  await session.execute(LIMITS);
  for (const statement of renames(swap)) await session.execute(statement);
  await session.execute(sql`COMMIT`);
}

/** How long sessions on the database that gets the name may take to end: those of the restore just ended. */
const LOOKS = 40;
const LOOK_EVERY_MS = 50;

/** Before the name is locked, so that nobody waits in vain. Errors: database-in-use. */
async function requireUnused(
  session: Session,
  { name, next }: Swap,
  { clock, signal }: Pick<Context, 'clock' | 'signal'>,
): Promise<void> {
  const sessions = await readSessions(session, [name]);
  if (sessions.length > 0) throw databaseInUse(name, sessions);
  let others = await readSessions(session, [next]);
  for (let looks = 1; others.length > 0 && looks < LOOKS; looks += 1) {
    await clock.sleep(LOOK_EVERY_MS, { signal });
    others = await readSessions(session, [next]);
  }
  if (others.length > 0) throw databaseInUse(next, others);
}

/** By name. */
type Oids = ReadonlyMap<string, string>;

async function readOids(session: Session, { name, next, aside }: Swap): Promise<Oids> {
  const needed = aside === undefined ? [next] : [name, next];
  const found = await session.query<{ name: string; oid: string }>(
    sql`SELECT datname AS name, oid::text AS oid FROM pg_catalog.pg_database
         WHERE datname IN (${joined(needed.map(literal))})`,
  );
  const oids = new Map(found.map((row) => [row.name, row.oid]));
  const missing = needed.find((one) => !oids.has(one));
  if (missing !== undefined) throw new BackuperError('database-missing', `database '${missing}' does not exist`);
  return oids;
}

async function isSwapped(session: Session, { name, next }: Swap, oids: Oids): Promise<boolean> {
  const now = await session
    .query<{ oid: string }>(sql`SELECT oid::text AS oid FROM pg_catalog.pg_database WHERE datname = ${literal(name)}`)
    .catch(() => []);
  return now[0]?.oid === oids.get(next);
}

const IN_USE = '55006';
const NO_PRIVILEGE = '42501';

async function explained(error: unknown, session: Session, { name, next, disconnect }: Swap): Promise<unknown> {
  if (!isBackuperError(error)) return error;
  const { sqlState } = (error.result ?? {}) as { sqlState?: string };
  if (sqlState === NO_PRIVILEGE) {
    const hint = `a role with CREATEDB and the rights of the owners of '${name}' and '${next}', or a superuser, may rename them`;
    return new BackuperError('privilege-missing', error.message, { hint, cause: error });
  }
  if (sqlState !== IN_USE) return error;
  for (const database of [name, next]) {
    const left = await readSessions(session, [database]);
    if (left.length > 0) return databaseInUse(database, left, disconnect);
  }
  return error; // a prepared transaction
}
