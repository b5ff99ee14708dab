import { isBackuperError } from '../errors.ts';
import { COMMIT_MAX_BYTES } from '../format/commit.ts';
import {
  type BackupId,
  commitKey,
  dataPrefix,
  isCatalogName,
  OBJECTS_NAME,
  parseKey,
  recordPrefix,
  segmentNumber,
  signatureKey,
} from '../format/keys.ts';
import { parseRecordKey } from '../format/records.ts';
import type { CallOptions, Storage } from '../storage.ts';

/** Objects removed in one go. */
const BATCH = 1000;

/** What was removed. */
export interface Swept {
  readonly objects: number;
  readonly storedBytes: number;
}

/**
 * Deletes backups: of each the commit, its signature, its records, its data, in this order and each step of all before
 * the next, so that a run that is interrupted leaves whole backups and left-overs, never a damaged backup. What was not
 * made by us stays. Errors: those of the storage.
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
    const swept = await sweepBelow(id, { storage }, options);
    total.objects += swept.objects;
    total.storedBytes += swept.storedBytes;
  }
  return total;
}

/** Removes the left-overs of one run, unless it has a commit by now: then nothing is touched. */
export async function sweepLeftOver(
  id: BackupId,
  { storage }: { readonly storage: Storage },
  options: CallOptions = {},
): Promise<Swept | undefined> {
  if (await hasCommit(id, storage, options)) return undefined;
  await storage.remove([signatureKey(id)], options);
  return sweepBelow(id, { storage }, options);
}

/** Whether a key below a backup's folders was made by us. */
export function isOurs(key: string): boolean {
  const parsed = parseKey(key);
  if (parsed?.kind === 'record') return parseRecordKey(key) !== undefined;
  if (parsed?.kind !== 'data') return false;
  const { rest } = parsed;
  return rest === OBJECTS_NAME || rest === 'index.bin' || isCatalogName(rest) || segmentNumber(rest) !== undefined;
}

async function sweepBelow(id: BackupId, { storage }: { storage: Storage }, options: CallOptions): Promise<Swept> {
  const total = { objects: 0, storedBytes: 0 };
  for (const prefix of [recordPrefix(id), dataPrefix(id)]) {
    for (const batch of await oursBelow(storage, prefix, options)) {
      const keys = batch.names.split('\n').map((name) => prefix + name);
      await storage.remove(keys, options);
      total.objects += keys.length;
      total.storedBytes += batch.storedBytes;
    }
  }
  return total;
}

/** Names of objects behind their prefix, a line each: one text for a thousand names needs a fifth of their memory. */
interface Batch {
  readonly names: string;
  readonly storedBytes: number;
}

/**
 * Our objects below a prefix, from one listing that has ended before the first is removed: a listing for each batch
 * would read a large folder again and again, and none goes on while its objects are removed.
 */
async function oursBelow(storage: Storage, prefix: string, options: CallOptions): Promise<Batch[]> {
  const found: Batch[] = [];
  let names: string[] = [];
  let storedBytes = 0;
  const close = (): void => {
    if (names.length > 0) found.push({ names: names.join('\n'), storedBytes });
    [names, storedBytes] = [[], 0];
  };
  for await (const object of storage.list(prefix, options)) {
    if (!isOurs(object.key)) continue;
    names.push(object.key.slice(prefix.length));
    storedBytes += object.sizeBytes;
    if (names.length === BATCH) close();
  }
  close();
  return found;
}

async function hasCommit(id: BackupId, storage: Storage, options: CallOptions): Promise<boolean> {
  try {
    await storage.get(commitKey(id), { ...options, maxBytes: COMMIT_MAX_BYTES, fresh: true });
    return true;
  } catch (error) {
    if (isBackuperError(error, 'object-missing')) return false;
    if (isBackuperError(error, 'object-too-large')) return true;
    throw error;
  }
}

function batches(keys: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(keys.length / BATCH) }, (_, index) =>
    keys.slice(index * BATCH, (index + 1) * BATCH),
  );
}
