import type { Context } from '@postgres-backuper/base';
import type { Client } from '@postgres-backuper/postgres';
import type { DumpTexts } from './copy-session.ts';
import type { RefusedEntry } from './entry-jobs.ts';
import { type KeptSession, keepSession } from './kept-session.ts';
import { concernsTable, type LoadedTable, type LoadServices, loadTable, type RefusedTable } from './load-table.ts';
import type { RestoreJob } from './restore-graph.ts';
import { runEntries } from './run-entries.ts';
import { schedule } from './schedule.ts';

export interface GraphServices extends LoadServices {
  /** On the new database. */
  readonly client: Client;
  readonly dump: DumpTexts;
}

export interface GraphResult {
  readonly loaded: readonly LoadedTable[];
  readonly refusedTables: readonly RefusedTable[];
  readonly refusedEntries: readonly RefusedEntry[];
}

/**
 * Loads rows and runs entries with `sessions` sessions. What the server refuses, and rows that are damaged, are
 * returned; any other failure ends all. Errors: server-unavailable, those of Segments.read.
 */
export async function runGraph(
  jobs: readonly RestoreJob[],
  { sessions, services }: { readonly sessions: number; readonly services: GraphServices },
  context: Context,
): Promise<GraphResult> {
  const stop = new AbortController();
  const inner = { ...context, signal: AbortSignal.any([context.signal, stop.signal]) };
  const result = {
    loaded: [] as LoadedTable[],
    refusedTables: [] as RefusedTable[],
    refusedEntries: [] as RefusedEntry[],
  };
  const perform = async (job: RestoreJob, session: KeptSession): Promise<void> => {
    if (job.kind === 'entry') {
      result.refusedEntries.push(...(await runEntries([job.job], { session, journal: services.journal }, inner)));
      return;
    }
    const outcome = await tryTable(job.planned, { session, services }, inner);
    if ('error' in outcome) result.refusedTables.push(outcome);
    else result.loaded.push(outcome);
  };
  const workers = Math.max(1, Math.min(sessions, jobs.length));
  await schedule(jobs, workers, async (next) => {
    const session = keepSession(services.client, services.dump, inner);
    try {
      for (let job = await next(); job !== undefined; job = await next()) await perform(job, session);
    } catch (error) {
      stop.abort(error);
      throw error;
    } finally {
      await session.close();
    }
  });
  return result;
}

/** A refusal ends the session: the next table gets another one. */
export async function tryTable(
  planned: RefusedTable['planned'] & { readonly searchPath?: string },
  { session, services }: { readonly session: KeptSession; readonly services: LoadServices },
  { signal }: Pick<Context, 'signal'>,
): Promise<LoadedTable | RefusedTable> {
  try {
    return await loadTable(await session.get(), planned, services);
  } catch (error) {
    signal.throwIfAborted();
    if (!concernsTable(error)) throw error;
    await session.close();
    return { planned, error };
  }
}
