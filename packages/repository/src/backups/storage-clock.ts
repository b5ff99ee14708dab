import { randomBytes } from 'node:crypto';
import { isBackuperError } from '@postgres-backuper/base';
import { probeKey } from '@postgres-backuper/format';
import type { CallOptions, Storage } from '../storage/storage.ts';

/**
 * The time of the storage's clock, milliseconds since 1970: a probe is stored, listed and removed, so that no time of
 * another object must be trusted. Undefined if that fails: a full disk, a role that may not put.
 * Errors: cancelled.
 */
export async function askStorageClock(
  name: string,
  storage: Storage,
  options: CallOptions,
): Promise<number | undefined> {
  const key = probeKey(name, randomBytes(8).toString('hex'));
  try {
    await storage.put(key, Buffer.from('probe of prune\n'), options);
    const storedAt = await timeOf(key, storage, options);
    await storage.remove([key], options);
    return storedAt;
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!isBackuperError(error)) throw error;
    return undefined;
  }
}

async function timeOf(key: string, storage: Storage, options: CallOptions): Promise<number | undefined> {
  for await (const object of storage.list(key, options)) if (object.key === key) return object.storedAt;
  return undefined;
}
