import { bytesOfText, holdsBytes } from '@postgres-backuper/format';
import type { Session } from './psql.ts';
import { joined, literal, sql } from './sql.ts';

/**
 * Those of the names that are roles of the server. No other name is read: in this database it may be no text. A name
 * that is no UTF-8 is looked for by its bytes.
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

/** For a client in SQL_ASCII the server converts nothing. */
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
