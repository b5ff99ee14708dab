import type { Context } from '@postgres-backuper/base';
import type { BackupId } from '@postgres-backuper/format';
import type { Repository } from '../repository.ts';
import { writeRecord } from './records.ts';

/** Well below the day after which a silent run counts as crashed, milliseconds. */
export const HEARTBEAT_INTERVAL_MS = 50 * 60_000;

/**
 * Says every 50 minutes in each repository that the run is alive, so that no other run sweeps its objects: signed where
 * there is a signing key. One that cannot be stored is passed over: the storage's troubles show where data are stored.
 * `end` resolves when none is under way.
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
