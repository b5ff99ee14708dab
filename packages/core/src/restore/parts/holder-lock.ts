import { runLockKey } from '@postgres-backuper/postgres';

/** The key of the advisory lock that the run which makes the database holds while others may work on it. */
export function holderLock(run: string): string {
  return runLockKey(`holder\n${run}`);
}
