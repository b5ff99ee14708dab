import type { Context } from '@postgres-backuper/base';
import type { Session } from '../session/psql.ts';
import { sql } from '../session/sql.ts';
import { type ChangeMark, type MarkSessions, readServerState, summariesProblem } from './change-mark.ts';
import { hasHistoryMark } from './history-mark.ts';
import { orReason } from './or-reason.ts';
import { isSameTable, readTableStates } from './table-states.ts';
import { covering, listWalSummaries, readChangedFiles, type WalSummary } from './wal-summaries.ts';

/** How long the server may take to summarize its WAL after a checkpoint, milliseconds. */
const PATIENCE_MS = 60_000;
const ASK_EVERY_MS = 100;

/**
 * Oids of the tables whose rows, as this snapshot sees them, are those of the backup with the mark, in the same order; or
 * why none can be known. Runs a checkpoint. Errors: server-unavailable.
 */
export async function readUnchangedTables(
  mark: ChangeMark,
  { snapshot, own }: MarkSessions,
  context: Pick<Context, 'clock' | 'signal'>,
): Promise<ReadonlySet<string> | string> {
  return orReason(async () => {
    const problem = (await summariesProblem(own)) ?? (await serverProblem(mark, { snapshot, own }));
    if (problem !== undefined) return problem;
    const summaries = await readSummaries(mark, own, context);
    if (typeof summaries === 'string') return summaries;
    const changed = await readChangedFiles(own, summaries);
    if (changed.has('0')) return 'the files of the database were replaced';
    const before = new Map(mark.tables.map((table) => [table.oid, table]));
    const same = (await readTableStates(snapshot)).filter((table) => {
      const then = before.get(table.oid);
      if (then === undefined || !isSameTable(then, table)) return false;
      return !changed.has(table.filenode) && !changed.has(table.toastFilenode);
    });
    return new Set(same.map(({ oid }) => oid));
  });
}

async function serverProblem({ server, history }: ChangeMark, sessions: MarkSessions): Promise<string | undefined> {
  const now = await readServerState(sessions);
  if (typeof now === 'string') return now;
  if (now.systemIdentifier !== server.systemIdentifier || now.database !== server.database)
    return 'it is another database';
  if (now.startedAt !== server.startedAt) return 'the server was restarted since its full backup';
  if (now.version !== server.version || now.timeline !== server.timeline) return 'the server was replaced';
  if (now.encoding !== server.encoding || now.byteaOutput !== server.byteaOutput)
    return 'settings of the database changed';
  if (!(await hasHistoryMark(sessions.own, history))) return 'the server was set back, or is a copy';
  return undefined;
}

/** All that cover the WAL from the mark to now, which is after the snapshot. */
async function readSummaries(
  { start, server: { timeline } }: ChangeMark,
  own: Session,
  { clock, signal }: Pick<Context, 'clock' | 'signal'>,
): Promise<readonly WalSummary[] | string> {
  const [now] = await own.query<{ lsn: string }>(sql`SELECT pg_catalog.pg_current_wal_insert_lsn()::text AS lsn`);
  if (now === undefined) return 'the server does not say where its WAL ends';
  await own.execute(sql`CHECKPOINT`);
  const giveUpAt = clock.elapsed() + PATIENCE_MS;
  for (;;) {
    const summaries = await listWalSummaries(own, timeline);
    const found = covering(summaries, { from: start, to: now.lsn });
    if (found === 'gap') return 'the server has no summary of a part of its WAL, or none any more';
    if (found !== 'not-yet') return found;
    if (clock.elapsed() > giveUpAt) return 'the server has not yet summarized its WAL';
    signal.throwIfAborted();
    await clock.sleep(ASK_EVERY_MS);
  }
}
