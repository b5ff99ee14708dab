import type { Session } from './psql.ts';
import { joined, literal, sql } from './sql.ts';

/** Those of the names that are roles of the server. No other name is read: in this database it may be no text. */
export async function knownRoles(session: Session, names: readonly string[]): Promise<ReadonlySet<string>> {
  if (names.length === 0) return new Set();
  const rows = await session.query<{ role: string }>(
    sql`SELECT rolname AS role FROM pg_catalog.pg_roles WHERE rolname IN (${joined(names.map(literal))})`,
  );
  return new Set(rows.map(({ role }) => role));
}
