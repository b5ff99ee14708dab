import type { Context } from '@postgres-backuper/base';
import { freeMemory } from '@postgres-backuper/base/own-memory';
import { type Commit, dataKey, type ObjectEntry } from '@postgres-backuper/format';
import { readStored } from '@postgres-backuper/repository';
import type { CopyServices } from './contract.ts';

/** Objects in memory at once. */
const CONCURRENCY = 4;

/** Sends objects of one backup, several at once. */
export interface Sending {
  /** Resolves when there is room for one more. Errors: of an object before. */
  add(entry: ObjectEntry): Promise<void>;
  /** Resolves when nothing is being sent. Never throws. */
  settled(): Promise<void>;
  /** Errors: of an object that could not be sent. */
  end(): { readonly sentObjects: number; readonly sentBytes: number };
}

export function createSending(
  { commit, from, to }: CopyServices & { readonly commit: Commit },
  { signal }: Context,
): Sending {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const total = { sentObjects: 0, sentBytes: 0 };
  const send = async (entry: ObjectEntry): Promise<void> => {
    const key = dataKey(commit, entry.key);
    const { sha256, md5 } = entry;
    const bytes = await readStored(key, entry, { storage: from.storage, signal });
    await to.storage.put(key, bytes, { signal, sha256, ...(md5 === undefined ? {} : { md5 }) });
    total.sentObjects += 1;
    total.sentBytes += bytes.length;
    freeMemory(bytes);
  };
  const requireNone = (): void => {
    if (failures.length > 0) throw failures[0];
  };
  return {
    async add(entry) {
      while (running.size >= CONCURRENCY) await Promise.race(running);
      requireNone();
      const one = send(entry)
        .catch((error: unknown) => {
          failures.push(error);
        })
        .finally(() => running.delete(one));
      running.add(one);
    },
    async settled() {
      await Promise.all(running);
    },
    end() {
      requireNone();
      return total;
    },
  };
}
