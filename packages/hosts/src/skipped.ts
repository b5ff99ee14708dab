import { EXIT_STATUSES } from '@postgres-backuper/base';

/** Why a backup was skipped. */
export const YOUNG = 'the newest backup is young enough';

/** Whether the command found that nothing was to do. */
export function isSkipped(exit: number): boolean {
  return exit === EXIT_STATUSES.skipped;
}

/** For hosts that know success and failure alone: a skipped backup is a success. */
export function successOfSkipped(exit: number): number {
  return isSkipped(exit) ? 0 : exit;
}
