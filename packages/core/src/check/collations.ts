import { type Session, sql } from '@postgres-backuper/postgres';
import type { ServerFacts } from './facts.ts';
import type { Findings } from './items.ts';

/** PostgreSQL records versions of collations since 10, of the default collation of a database since 15. */
const OF_COLLATIONS = sql`
SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.collname) AS name
  FROM pg_catalog.pg_collation c JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
 WHERE c.collversion <> pg_catalog.pg_collation_actual_version(c.oid)
   AND EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attcollation = c.oid)`;
const OF_DATABASE = sql`
SELECT d.datcollversion AS recorded, pg_catalog.pg_database_collation_actual_version(d.oid) AS actual
  FROM pg_catalog.pg_database d
 WHERE d.datname = pg_catalog.current_database()
   AND d.datcollversion <> pg_catalog.pg_database_collation_actual_version(d.oid)`;

/**
 * An index built with another version of the C library or ICU may miss rows. Its unique constraint may then be violated
 * unnoticed, and a restore finds the duplicates.
 */
export async function checkCollations(
  session: Session,
  { database, serverMajor }: ServerFacts,
  findings: Findings,
): Promise<void> {
  const hint = 'REINDEX the database, then ALTER DATABASE (or COLLATION) … REFRESH VERSION';
  if (serverMajor >= 15) {
    const [differs] = await session.query<{ recorded: string; actual: string }>(OF_DATABASE);
    if (differs !== undefined) {
      const text = `database '${database}' was made with collation version ${differs.recorded}, the server has ${differs.actual}`;
      findings.warning('collation', text, hint);
    }
  }
  const names = (await session.query<{ name: string }>(OF_COLLATIONS)).map(({ name }) => name);
  if (names.length === 0) return;
  findings.warning('collation', `of another version than the server's are ${names.slice(0, 3).join(', ')}`, hint);
}
