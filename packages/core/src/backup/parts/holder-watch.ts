import { BackuperError, type Context, keepLooking } from '@postgres-backuper/base';
import { isRunLockTaken, type Session } from '@postgres-backuper/postgres';

/** Pause between two looks for the holder, milliseconds. */
const LOOK_EVERY_MS = 5000;

/** Errors: holder-gone unless the run that holds the snapshot lives. */
export async function requireHolder(session: Session, lock: string): Promise<void> {
  if (!(await isRunLockTaken(session, lock))) throw holderGone();
}

/** Calls `abort` once when the run that holds the snapshot has ended, or cannot be asked for. `end` stops the watch. */
export function watchHolder(
  session: Session,
  { lock, abort }: { readonly lock: string; readonly abort: (error: unknown) => void },
  context: Pick<Context, 'clock' | 'signal'>,
): { end(): Promise<void> } {
  return keepLooking(() => requireHolder(session, lock), { everyMs: LOOK_EVERY_MS, abort }, context);
}

/** Of a run whose snapshot nobody holds any more. */
export function holderGone(): BackuperError {
  return new BackuperError('holder-gone', 'the run that holds the snapshot has ended, so this part is of no use', {
    hint: 'look at the job that holds the snapshot, and begin all jobs again with another label',
  });
}
