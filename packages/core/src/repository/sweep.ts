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
    for await (const batch of listed(storage, prefix, options)) {
      await storage.remove(batch.keys, options);
      total.objects += batch.keys.length;
      total.storedBytes += batch.storedBytes;
    }
  }
  return total;
}

/** In batches, each from a listing of its own: no listing goes on while its objects are removed. */
async function* listed(storage: Storage, prefix: string, options: CallOptions) {
  let after: string | undefined;
  for (;;) {
    const keys: string[] = [];
    let storedBytes = 0;
    let seen = 0;
    for await (const object of storage.list(prefix, { ...options, ...(after === undefined ? {} : { after }) })) {
      after = object.key;
      seen += 1;
      if (isOurs(object.key)) {
        keys.push(object.key);
        storedBytes += object.sizeBytes;
      }
      if (seen === BATCH) break;
    }
    if (keys.length > 0) yield { keys, storedBytes };
    if (seen < BATCH) return;
  }
}

async function hasCommit(id: BackupId, storage: Storage, options: CallOptions): Promise<boolean> {
  try {
    await storage.get(commitKey(id), { ...options, maxBytes: COMMIT_MAX_BYTES });
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
