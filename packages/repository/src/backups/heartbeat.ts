import type { Context } from '@postgres-backuper/base';
import type { BackupId } from '@postgres-backuper/format';
import type { Repository } from '../repository.ts';
import { writeRecord } from './records.ts';

/** Well below the day after which a silent run counts as crashed, milliseconds. */
export const HEARTBEAT_INTERVAL_MS = 50 * 60_000;

/**
 * Stores a heartbeat in each repository every 50 minutes, so that no other run sweeps the objects of this run; it is
 * signed if there is a signing key. Failed heartbeats are ignored: storing data reports errors of the storage.
 * `end` resolves when no heartbeat is being stored.
 */
export function startHeartbeat(
  id: BackupId,
  repositories: readonly Pick<Repository, 'storage' | 'signer'>[],
  context: Context,
): { end(): Promise<void> } {
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, context.signal]);
  const beat = async (): Promise<void> => {
    while (!signal.aborted) {
      await context.clock.sleep(HEARTBEAT_INTERVAL_MS, { signal, idle: true });
      await Promise.allSettled(
        repositories.map((repository) => writeRecord({ ...id, kind: 'heartbeat' }, repository, { ...context, signal })),
      );
    }
  };
  const beating = beat().catch(() => undefined);
  return {
    async end() {
      stop.abort();
      await beating;
    },
  };
}
