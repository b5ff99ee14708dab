/** Why a backup was skipped. */
export const YOUNG = 'the newest backup is young enough';

/** For hosts that know success and failure alone: a skipped backup, exit status 99, is a success. */
export function successOfSkipped(exit: number): number {
  return exit === 99 ? 0 : exit;
}
