import { randomBytes } from 'node:crypto';
import { isBackuperError } from '@postgres-backuper/base';
import type { HistoryMark } from '@postgres-backuper/format';
import type { Session } from '../session/psql.ts';
import { literal, sql } from '../session/sql.ts';

const BITS = 64;

/** Makes a mark. `session`: no transaction is open in it. Errors: statement-failed. */
export async function makeHistoryMark(session: Session): Promise<HistoryMark> {
  const bits = [...randomBytes(BITS / 8)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  await session.execute(sql`SET synchronous_commit = off`);
  await session.query(sql`SELECT pg_catalog.set_config('pgbackuper.bits', ${literal(bits)}, false)`);
  await session.execute(sql`
DO $$ DECLARE bits text := current_setting('pgbackuper.bits'); xids text := ''; BEGIN
  FOR at IN 1..length(bits) LOOP
    xids := concat_ws(' ', nullif(xids, ''), pg_current_xact_id());
    IF substr(bits, at, 1) = '1' THEN COMMIT; ELSE ROLLBACK; END IF;
  END LOOP;
  PERFORM set_config('pgbackuper.xids', xids, false);
END $$`);
  const [row] = await session.query<{ xids: string }>(
    sql`SELECT pg_catalog.current_setting('pgbackuper.xids') AS xids`,
  );
  return { xids: row?.xids.split(' ') ?? [], bits };
}

/** Whether the server has the mark in its history; an older one may be forgotten. Errors: those of the session. */
export async function hasHistoryMark(session: Session, { xids, bits }: HistoryMark): Promise<boolean> {
  const list = literal(`{${xids.join(',')}}`);
  try {
    const [row] = await session.query<{ bits: string | null }>(sql`
SELECT string_agg(CASE pg_catalog.pg_xact_status(x.xid) WHEN 'committed' THEN '1' WHEN 'aborted' THEN '0' ELSE '?' END,
                  '' ORDER BY x.at) AS bits
  FROM unnest(${list}::pg_catalog.xid8[]) WITH ORDINALITY AS x(xid, at)`);
    return bits.length === BITS && row?.bits === bits;
  } catch (error) {
    if (isBackuperError(error, 'statement-failed')) return false; // a transaction id in the future
    throw error;
  }
}
