import { type Clock, type Context, isBackuperError, say, toBackuperError } from '@postgres-backuper/base';
import type { BackupId } from '@postgres-backuper/format';
import { type Destination, sweepLeftOver, writeRecord } from '@postgres-backuper/repository';

/** How long a failed run may take to remove its objects, milliseconds. */
const FAILED_MS = 30_000;
/** The same for a cancelled one, from the cancel on: hosts kill what has not ended by itself 5 to 10 seconds later. */
const CANCELLED_MS = 4500;

/**
 * Prepares for the case that a run fails: the function that is returned removes what it stored, so that the next one has
 * its space. What cannot be removed in time is left to `prune`. Only below the run's own label, and never where a commit
 * was sent that may still arrive. What stays is a record that the run failed: after it no backup is deleted. Never fails.
 */
export function prepareRemoval(
  id: BackupId,
  context: Context,
): (destinations: readonly Destination[], error?: unknown) => Promise<void> {
  const { clock, signal } = context;
  let cancelledAt: number | undefined;
  signal.addEventListener('abort', () => (cancelledAt = clock.elapsed()), { once: true });
  return async (destinations, error) => {
    const leftMs = cancelledAt === undefined ? FAILED_MS : cancelledAt + CANCELLED_MS - clock.elapsed();
    const within = { ...context, signal: abortedAfter(clock, leftMs) };
    await Promise.all(
      destinations.map((destination) => removeFrom(destination, { id, error: destination.failure ?? error }, within)),
    );
  };
}

async function removeFrom(
  destination: Destination,
  { id, error }: { readonly id: BackupId; readonly error: unknown },
  context: Context,
): Promise<void> {
  const { storage, isUsed, commitState, failure } = destination;
  if (commitState !== 'none' && isBackuperError(error, 'cancelled')) tellCommit(id, destination, context);
  if (commitState !== 'none' || !isUsed) return;
  try {
    // a storage that was away for the whole patience of a run is not asked again
    if (isBackuperError(failure, 'storage-unreachable', 'storage-unavailable')) return;
    await sweepLeftOver(id, { storage }, context);
    const details = { error: toBackuperError(error).code };
    await writeRecord({ ...id, kind: 'backup-failed', details }, { storage }, context);
    destination.isUsed = false;
  } catch (problem) {
    const why = context.signal.aborted ? 'there was no time' : toBackuperError(problem).message;
    context.emit({
      type: 'notice',
      text: `what '${id.label}' stored in '${storage.location}' stays until prune removes it: ${why}`,
    });
  }
}

/** Whoever cancels wants to know whether there is a backup. */
function tellCommit({ label }: BackupId, { storage, commitState }: Destination, { emit }: Context): void {
  if (commitState === 'stored') {
    emit({ type: 'notice', text: `backup '${label}' is in '${storage.location}': the cancel came after its commit` });
    return;
  }
  emit({
    type: 'warning',
    text: `backup '${label}' may be in '${storage.location}' nevertheless: its commit was sent`,
    hint: `${say.command('list')} shows it if it is there: then it is whole`,
  });
}

function abortedAfter(clock: Clock, delayMs: number): AbortSignal {
  const late = new AbortController();
  const abort = (): void => late.abort(new Error('there was no time'));
  if (delayMs <= 0) abort();
  else void clock.sleep(delayMs, { idle: true }).then(abort);
  return late.signal;
}
