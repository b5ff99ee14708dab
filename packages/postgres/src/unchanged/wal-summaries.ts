import type { Session } from '../session/psql.ts';
import { joined, literal, type Sql, sql, wholeNumber } from '../session/sql.ts';

/** A file of the server that names the blocks which the WAL between two positions changed. */
export interface WalSummary {
  readonly timeline: number;
  readonly start: string;
  readonly end: string;
}

/** Those of a timeline, in order. */
export async function listWalSummaries(session: Session, timeline: number): Promise<readonly WalSummary[]> {
  return session.query<WalSummary>(sql`
SELECT tli AS timeline, start_lsn::text AS start, end_lsn::text AS "end" FROM pg_catalog.pg_available_wal_summaries()
 WHERE tli = ${wholeNumber(timeline)} ORDER BY start_lsn, end_lsn`);
}

/** A range of the WAL, each end as PostgreSQL writes it. */
export interface WalRange {
  readonly from: string;
  readonly to: string;
}

/**
 * Those of a range, if they cover all of it; 'not-yet': they end before it does; 'gap': some of it is in none. The server
 * writes them in order, so a gap stays one.
 */
export function covering(
  summaries: readonly WalSummary[],
  { from, to }: WalRange,
): readonly WalSummary[] | 'not-yet' | 'gap' {
  const [first, last] = [lsnOf(from), lsnOf(to)];
  let at = first;
  for (const { start, end } of summaries) {
    if (at >= last || lsnOf(end) <= at) continue;
    if (lsnOf(start) > at) return 'gap';
    at = lsnOf(end);
  }
  if (at < last) return 'not-yet';
  return summaries.filter(({ start, end }) => lsnOf(end) > first && lsnOf(start) < last);
}

/**
 * The files of relations of the session's database that the summaries name, in any way and any fork; '0': all of them.
 * Errors: statement-failed where a summary was removed.
 */
export async function readChangedFiles(
  session: Session,
  summaries: readonly WalSummary[],
): Promise<ReadonlySet<string>> {
  if (summaries.length === 0) return new Set();
  const rows = await session.query<{ filenode: string }>(sql`
SELECT DISTINCT s.relfilenode::text AS filenode
  FROM (VALUES ${joined(summaries.map(asRow))}) AS w(tli, start_lsn, end_lsn)
 CROSS JOIN LATERAL pg_catalog.pg_wal_summary_contents(w.tli, w.start_lsn::pg_catalog.pg_lsn, w.end_lsn::pg_catalog.pg_lsn) s
 WHERE s.reldatabase = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())`);
  return new Set(rows.map(({ filenode }) => filenode));
}

function asRow({ timeline, start, end }: WalSummary): Sql {
  return sql`(${wholeNumber(timeline)}::bigint, ${literal(start)}, ${literal(end)})`;
}

/** Throws for text that is no position: a programming error. */
export function lsnOf(text: string): bigint {
  const [, high, low] = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(text) ?? [];
  if (high === undefined || low === undefined) throw new Error('no position of the WAL');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}
