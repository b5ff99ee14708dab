import { isBackuperError } from '@postgres-backuper/base';
import type { DatabaseProperties } from '@postgres-backuper/format';
import { literal, type Session, sql } from '@postgres-backuper/postgres';

/** invalid_parameter_value: the operating system of the server lacks the locale. */
const UNKNOWN = '22023';

const EVERYWHERE = new Set(['C', 'POSIX']);

/**
 * Why the server lacks a locale of the C library; undefined if it has it, or the role may not try. A temporary collation
 * is created and rolled back: there is no list of what the operating system has. Errors: those of Session.execute.
 */
export async function localeProblem(
  session: Session,
  { collate, ctype }: Pick<DatabaseProperties, 'collate' | 'ctype'>,
): Promise<string | undefined> {
  if (EVERYWHERE.has(collate) && EVERYWHERE.has(ctype)) return undefined;
  const statement = sql`CREATE COLLATION pg_temp.pgbackuper_probe (LC_COLLATE = ${literal(collate)}, LC_CTYPE = ${literal(ctype)})`;
  await session.execute(sql`BEGIN`);
  try {
    await session.execute(statement);
    return undefined;
  } catch (error) {
    if (!isBackuperError(error, 'statement-failed', 'privilege-missing')) throw error;
    const { sqlState, message } = (error.result ?? {}) as { sqlState?: string; message?: string };
    return sqlState === UNKNOWN ? message : undefined;
  } finally {
    await session.execute(sql`ROLLBACK`);
  }
}
