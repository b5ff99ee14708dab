import type { Session } from '../session/psql.ts';
import { literal, sql } from '../session/sql.ts';
import { readSessions } from './database-sessions.ts';

/** A database that another one is to take the place of. */
export interface ReplacedDatabase {
  readonly exists: boolean;
  /** Whether the role has the rights of its owner, which a new name needs besides CREATEDB. */
  readonly isOwned: boolean;
  /** Who is connected to it: `user/application (pid)`. */
  readonly sessions: readonly string[];
  /** All databases of the server. */
  readonly databases: readonly string[];
}

/** Errors: those of Session.query. */
export async function readReplacedDatabase(session: Session, name: string): Promise<ReplacedDatabase> {
  const [database] = await session.query<{ isOwned: boolean }>(
    sql`SELECT pg_catalog.pg_has_role(datdba, 'USAGE') AS "isOwned" FROM pg_catalog.pg_database WHERE datname = ${literal(name)}`,
  );
  const sessions = await readSessions(session, [name]);
  const databases = await readDatabaseNames(session);
  return { exists: database !== undefined, isOwned: database?.isOwned === true, sessions, databases };
}

/** Errors: those of Session.query. */
export async function readDatabaseNames(session: Session): Promise<readonly string[]> {
  const rows = await session.query<{ name: string }>(sql`SELECT datname AS name FROM pg_catalog.pg_database`);
  return rows.map(({ name }) => name);
}
