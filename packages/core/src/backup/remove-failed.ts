import { type Clock, type Context, isBackuperError, say, toBackuperError } from '@postgres-backuper/base';
import type { BackupId } from '@postgres-backuper/format';
import { type Destination, sweepLeftOver, writeRecord } from '@postgres-backuper/repository';

/** Time for a failed run to remove its objects, milliseconds. */
const FAILED_MS = 30_000;
/** The same after a cancel: hosts kill a process 5 to 10 seconds after it. */
const CANCELLED_MS = 4500;

/**
 * Returns a function that removes what a failed run stored, so that the next run has its space. It removes only objects
 * of the run's own label, and nothing once a commit was sent that may still appear. What cannot be removed in time is
 * left to `prune`. It stores a record that the run failed, after which no backup is deleted. It never throws.
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
    // after all retries of the run failed, the storage is not tried again
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

/** Reports whether the cancelled run left a backup. */
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
