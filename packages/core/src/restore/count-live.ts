import { isBackuperError } from '@postgres-backuper/base';
import type { CatalogTable } from '@postgres-backuper/format';
import { identifier, literal, type Session, sql } from '@postgres-backuper/postgres';

/**
 * Nothing is written in the source, nobody's lock is waited for without end, and no view is looked into (a setting of the
 * newer minor releases).
 */
export const GENTLE = sql`SET default_transaction_read_only = on; SET lock_timeout = '30s';
SELECT pg_catalog.set_config(name, 'view, foreign-table', false) FROM pg_catalog.pg_settings
 WHERE name = 'restrict_nonsystem_relation_kind'`;

/** The number of rows, or why there is none. Partitions are compared on their own, as they were backed up. */
export async function countLive(table: CatalogTable, session: Session): Promise<number | string> {
  try {
    return await countLocked(table, session);
  } catch (error) {
    if (!isBackuperError(error, 'statement-failed', 'privilege-missing')) throw error;
    const { message = error.message } = (error.result ?? {}) as { message?: string };
    return `the source said '${message}'`;
  } finally {
    await session.execute(sql`ROLLBACK`);
  }
}

/**
 * Whoever owns the table can put a view in its place, whose functions would run with the rights of this session: so what has
 * the name is looked at, and held, before it is read.
 */
async function countLocked({ schema, table }: CatalogTable, session: Session): Promise<number | string> {
  const name = sql`${identifier(schema)}.${identifier(table)}`;
  await session.execute(sql`BEGIN; LOCK TABLE ONLY ${name} IN ACCESS SHARE MODE`);
  const [found] = await session.query<{ isTable: boolean }>(
    sql`SELECT c.relkind IN ('r', 'p') AS "isTable" FROM pg_catalog.pg_class c
          JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ${literal(schema)} AND c.relname = ${literal(table)}`,
  );
  if (found?.isTable !== true) return 'it is no table in the source';
  const [row] = await session.query<{ rows: string }>(
    sql`SELECT pg_catalog.count(*)::pg_catalog.text AS rows FROM ONLY ${name}`,
  );
  return Number(row?.rows);
}
