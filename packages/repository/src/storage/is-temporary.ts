import { isOfKind } from '@postgres-backuper/base';

/** Whether the same call may succeed later: errors of the kind `temporary`. */
export function isTemporary(error: unknown): boolean {
  return isOfKind(error, 'temporary');
}
