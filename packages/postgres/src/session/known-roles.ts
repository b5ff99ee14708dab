import { bytesOfText, holdsBytes } from '@postgres-backuper/format';
import type { Session } from './psql.ts';
import { joined, literal, sql } from './sql.ts';

/**
 * The names that are roles of the server. No other role's name is read: it may be invalid text in this database. A name
 * that is not UTF-8 is compared by its bytes.
 */
export async function knownRoles(session: Session, names: readonly string[]): Promise<ReadonlySet<string>> {
  const texts = names.filter((name) => !holdsBytes(name));
  const bytes = names.filter(holdsBytes);
  const known = texts.length === 0 ? [] : await knownByText(session, texts);
  return new Set([...known, ...(bytes.length === 0 ? [] : await knownByBytes(session, bytes))]);
}

async function knownByText(session: Session, names: readonly string[]): Promise<string[]> {
  const rows = await session.query<{ role: string }>(
    sql`SELECT rolname AS role FROM pg_catalog.pg_roles WHERE rolname IN (${joined(names.map(literal))})`,
  );
  return rows.map(({ role }) => role);
}

/** The server converts nothing for a client in SQL_ASCII. */
async function knownByBytes(session: Session, names: readonly string[]): Promise<string[]> {
  const hexOf = (name: string): string => bytesOfText(name).toString('hex');
  await session.execute(sql`BEGIN; SET LOCAL client_encoding = 'SQL_ASCII'`);
  try {
    const rows = await session.query<{ hex: string }>(
      sql`SELECT hex FROM (SELECT pg_catalog.encode(pg_catalog.namesend(rolname), 'hex') AS hex FROM pg_catalog.pg_roles) r
           WHERE hex IN (${joined(names.map((name) => literal(hexOf(name))))})`,
    );
    const known = new Set(rows.map(({ hex }) => hex));
    return names.filter((name) => known.has(hexOf(name)));
  } finally {
    await session.execute(sql`ROLLBACK`);
  }
}
