import type { Postgres } from '@postgres-backuper/testing';

/** Of each of the two tables. */
export const ROWS = 30_000;

/** The database `shop`: two tables, an index, a large object. */
export async function makeShop(server: Postgres): Promise<void> {
  await server.createDatabase('shop');
  await server.psql(
    `CREATE TABLE a AS SELECT g, md5(g::text) AS text FROM generate_series(1, ${ROWS}) g;
     CREATE TABLE b AS SELECT * FROM a; CREATE INDEX ON b (text); SELECT lo_create(0)`,
    'shop',
  );
}

/**
 * What a restore into `copy` left: absent, unfinished, whole, or how many rows. The comment says that a restore did not
 * end; a database that was just made is empty and has none yet.
 */
export async function stateOfCopy(server: Postgres): Promise<string> {
  const about = await server.psql(
    `SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = 'copy' UNION ALL SELECT 'end'`,
  );
  const [comment = 'end'] = about.split('\n');
  if (comment === 'end') return 'absent';
  if (comment.startsWith('unfinished:')) return 'unfinished';
  const tables = await server.psql("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace", 'copy');
  if (tables === '0') return 'unfinished';
  const rows = await server.psql('SELECT (SELECT count(*) FROM a) + (SELECT count(*) FROM b)', 'copy');
  return rows === String(2 * ROWS) ? 'whole' : `${rows} rows`;
}
