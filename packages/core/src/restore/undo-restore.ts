import { BackuperError, isBackuperError, limitedTo, say, toBackuperError } from '@postgres-backuper/base';
import { dropCreated, parseSliceId, readJournal, withSession } from '@postgres-backuper/postgres';
import { onNew, type RestoreRun } from './restore-run.ts';
import { undoGiven } from './undo-given.ts';

/** How long the journal may take to say what other jobs loaded, milliseconds. */
const READ_MS = 4000;

/** Drops the database, or what the restore made in one that existed; or keeps what can be resumed. Returns the error to throw. */
export async function undoRestore(run: RestoreRun, error: unknown): Promise<unknown> {
  const { request, target, context } = run;
  const there = mayStay(run, error) ? await tablesThere(run) : undefined;
  if (there !== undefined && (request.mode === 'resume' || there.hasRows)) return toBeResumed(run, error, there);
  if (run.resumable.extensionsBefore !== undefined) {
    await undoGiven(run, run.resumable.extensionsBefore);
    return error;
  }
  const { database: name, maintenanceDatabases } = request;
  const left = await dropCreated(target.client, { name, maintenanceDatabases }, context);
  if (left !== undefined) context.emit({ type: 'warning', text: left });
  else if (request.mode === 'new') context.emit({ type: 'notice', text: `database '${name}' was dropped again` });
  return error;
}

/**
 * Whether the database is kept after an error, where it has rows: what was there before this run always is, else what the
 * rest may join later. A cancel of the first run undoes everything, and so does each of its errors with `strict`.
 */
function mayStay({ request, resumable }: RestoreRun, error: unknown): boolean {
  if (isBackuperError(error, 'transform-failed')) return false; // nobody may see rows that are not changed
  if (request.mode === 'scratch' || !resumable.journal) return false;
  if (request.mode === 'resume') return true;
  if (request.strict || !isBackuperError(error)) return false;
  return error.kind === 'temporary' || error.code === 'server-full';
}

interface TablesThere {
  /** Those that are whole. */
  readonly tables: number;
  /** Also those of a slice alone. */
  readonly hasRows: boolean;
}

/** Other jobs note in the journal what they load. Where it cannot be read that may be much. */
async function tablesThere(run: RestoreRun): Promise<TablesThere> {
  const { request, selected, resumable, context } = run;
  const { tables, isShared = false } = resumable;
  const isCancelled = request.mode === 'resume' && context.signal.aborted; // kept in any case, and the time is short
  if (!isShared || isCancelled) return { tables, hasRows: tables > 0 };
  const journal = await withSession(onNew(run), limitedTo(READ_MS, context), readJournal).catch(() => undefined);
  if (journal === undefined) return { tables, hasRows: true };
  const ids = new Set(selected.tables.map(({ dumpId }) => dumpId));
  const done = [...journal.done];
  return {
    tables: done.filter((id) => ids.has(id)).length,
    hasRows: done.some((id) => ids.has(parseSliceId(id)?.dumpId ?? id)),
  };
}

/** The error, with what to do next. */
function toBeResumed({ request, selected }: RestoreRun, thrown: unknown, { tables }: TablesThere): BackuperError {
  const error = toBackuperError(thrown);
  const kept = `${tables} of ${selected.tables.length} tables are in '${request.database}'`;
  const hint = `${error.hint === undefined ? '' : `${error.hint}; then `}continue with ${say.option('resume')}: ${kept}`;
  return new BackuperError(error.code, error.message, { hint, cause: error, result: error.result });
}
