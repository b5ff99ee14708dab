import { ERRORS, isBackuperError } from '@postgres-backuper/base';

/** Whether the same call may well succeed later: errors with exit status 75. */
export function isTemporary(error: unknown): boolean {
  return isBackuperError(error) && ERRORS[error.code].exit === 75;
}
