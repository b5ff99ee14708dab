import type { Context } from '../context.ts';
import type { BackupId } from '../format/keys.ts';
import { createRecordKey } from '../format/records.ts';
import type { Storage } from '../storage.ts';

/** Left-overs of a run are swept when its newest object is 24 h old: a run that is alive must show it sooner. */
export const HEARTBEAT_EVERY_MS = 60 * 60 * 1000;

/**
 * Stores a heartbeat record in each storage every hour while a backup runs, so that a sweep never takes it for a
 * left-over. A heartbeat that cannot be stored is passed over: the backup itself fails if the storage is gone.
 */
export function startHeartbeat(
  id: BackupId,
  storages: readonly Storage[],
  { clock, signal }: Context,
): { end(): void } {
  let isBeating = true;
  const beat = async (storage: Storage): Promise<void> => {
    const key = createRecordKey(id, { kind: 'heartbeat', now: clock.now() });
    await storage.put(key, Buffer.from('{}'), { signal }).catch(() => undefined);
  };
  void (async () => {
    while (isBeating) {
      await clock.sleep(HEARTBEAT_EVERY_MS, { idle: true });
      if (isBeating) await Promise.all(storages.map(beat));
    }
  })();
  return {
    end() {
      isBeating = false;
    },
  };
}
