import { isBackuperError } from '@postgres-backuper/base';
import {
  type BackupId,
  COMMIT_MAX_BYTES,
  commitKey,
  dataPrefix,
  isCatalogName,
  isForDifferentials,
  isForParts,
  OBJECTS_NAME,
  parseKey,
  parseRecordKey,
  recordPrefix,
  segmentNumber,
  signatureKey,
} from '@postgres-backuper/format';
import type { CallOptions, Storage } from '../storage/storage.ts';

/** Objects removed by one call. */
const BATCH = 1000;

/** What was removed. */
export interface Swept {
  readonly objects: number;
  readonly storedBytes: number;
}

/**
 * Deletes backups: the commits, then the signatures, then the records, then the data. Each step ends for all backups
 * before the next begins, so an interrupted run leaves whole backups and left-overs, never a damaged backup. Objects of
 * other programs stay. Errors: those of the storage.
 */
export async function deleteBackups(
  ids: readonly BackupId[],
  { storage }: { readonly storage: Storage },
  options: CallOptions = {},
): Promise<Swept> {
  for (const keys of batches(ids.map(commitKey))) await storage.remove(keys, options);
  for (const keys of batches(ids.map(signatureKey))) await storage.remove(keys, options);
  const total = { objects: 0, storedBytes: 0 };
  for (const id of ids) {
    options.signal?.throwIfAborted();
    const found = await oursBelow(id, storage, options);
    for (const batch of found.batches) await removeBatch(batch, { storage, total }, options);
  }
  return total;
}

/** Why the objects of a backup cannot be removed, e.g. a folder is a symbolic link. Removes nothing. */
export async function whyNotSwept(
  id: BackupId,
  storage: Storage,
  options: CallOptions = {},
): Promise<string | undefined> {
  try {
    for (const prefix of [recordPrefix(id), dataPrefix(id)]) {
      for await (const _ of storage.list(prefix, options)) break;
    }
    return undefined;
  } catch (error) {
    if (isBackuperError(error, 'storage-unsafe')) return error.message;
    throw error;
  }
}

/** A run whose objects are deleted; `newestAt`: when its newest listed object was stored, by the storage's clock. */
export type SweptRun = BackupId & { readonly newestAt?: number };

/**
 * Removes the left-over of one run. Removes nothing if the run has a commit by now or has stored objects since.
 * The commit is looked up again before each thousand objects. Errors: those of the storage.
 */
export async function sweepLeftOver(
  run: SweptRun,
  { storage }: { readonly storage: Storage },
  options: CallOptions = {},
): Promise<Swept> {
  const total = { objects: 0, storedBytes: 0 };
  const found = await oursBelow(run, storage, options);
  if (found.newestAt > (run.newestAt ?? Number.POSITIVE_INFINITY)) return total;
  for (const batch of found.batches) {
    if (await hasCommit(run, storage, options)) return total;
    await removeBatch(batch, { storage, total }, options);
  }
  if (!(await hasCommit(run, storage, options))) await storage.remove([signatureKey(run)], options);
  return total;
}

async function removeBatch(
  { names, storedBytes, prefix }: Batch,
  { storage, total }: { readonly storage: Storage; readonly total: { objects: number; storedBytes: number } },
  options: CallOptions,
): Promise<void> {
  const keys = names.split('\n').map((name) => prefix + name);
  await storage.remove(keys, options);
  total.objects += keys.length;
  total.storedBytes += storedBytes;
}

/** Whether this program made a key in a backup's folders. */
export function isOurs(key: string): boolean {
  const parsed = parseKey(key);
  if (parsed?.kind === 'record') return parseRecordKey(key) !== undefined;
  if (parsed?.kind !== 'data') return false;
  const { rest } = parsed;
  if (rest === OBJECTS_NAME || isForDifferentials(rest) || isForParts(rest)) return true;
  return isCatalogName(rest) || segmentNumber(rest) !== undefined;
}

/** Names of objects without their prefix, a line each: one text for a thousand names needs a fifth of their memory. */
interface Batch {
  readonly prefix: string;
  readonly names: string;
  readonly storedBytes: number;
}

/**
 * Our objects of a run, records first, from listings that end before the first object is removed: a listing for each
 * batch would read a large folder repeatedly, and no listing continues while its objects are removed.
 */
async function oursBelow(
  id: BackupId,
  storage: Storage,
  options: CallOptions,
): Promise<{ readonly batches: readonly Batch[]; readonly newestAt: number }> {
  const found: Batch[] = [];
  let newestAt = 0;
  for (const prefix of [recordPrefix(id), dataPrefix(id)]) {
    let names: string[] = [];
    let storedBytes = 0;
    const close = (): void => {
      if (names.length > 0) found.push({ prefix, names: names.join('\n'), storedBytes });
      [names, storedBytes] = [[], 0];
    };
    for await (const object of storage.list(prefix, options)) {
      if (!isOurs(object.key)) continue;
      names.push(object.key.slice(prefix.length));
      storedBytes += object.sizeBytes;
      newestAt = Math.max(newestAt, object.storedAt);
      if (names.length === BATCH) close();
    }
    close();
  }
  return { batches: found, newestAt };
}

async function hasCommit(id: BackupId, storage: Storage, options: CallOptions): Promise<boolean> {
  try {
    await storage.get(commitKey(id), { ...options, maxBytes: COMMIT_MAX_BYTES, fresh: true });
    return true;
  } catch (error) {
    if (isBackuperError(error, 'object-missing')) return false;
    if (isBackuperError(error, 'object-too-large', 'storage-unsafe')) return true;
    throw error;
  }
}

function batches(keys: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(keys.length / BATCH) }, (_, index) =>
    keys.slice(index * BATCH, (index + 1) * BATCH),
  );
}
