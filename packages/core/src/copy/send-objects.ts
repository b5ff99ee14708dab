import { type Context, isBackuperError } from '@postgres-backuper/base';
import { type Commit, dataKey, dataPrefix, OBJECTS_NAME, type ObjectEntry } from '@postgres-backuper/format';
import {
  type CallOptions,
  compareListing,
  openObjects,
  type Repository,
  readStored,
  type StoredObject,
} from '@postgres-backuper/repository';
import type { CopyServices } from './contract.ts';
import { otherBackup } from './other-backup.ts';
import { createSending } from './sending.ts';

export interface SentObjects {
  readonly prefix: string;
  /** All objects of the backup, in the order of their keys. */
  readonly objects: readonly ObjectEntry[];
  readonly sentObjects: number;
  readonly sentBytes: number;
}

/**
 * Sends every object that the target does not have, each compared with the list when it is read. Errors: backup-exists when the
 * target has other bytes under one of the keys; object-missing, object-altered, catalog-invalid of the source; those of the storages.
 */
export async function sendObjects(commit: Commit, { from, to }: CopyServices, context: Context): Promise<SentObjects> {
  const { signal } = context;
  const prefix = dataPrefix(commit);
  const objects: ObjectEntry[] = [];
  const sending = createSending({ commit, from, to }, context);
  try {
    const listed = to.storage.list(prefix, { signal });
    for await (const { expected, stored } of compareListing(prefix, wholeList(commit, from, { signal }), listed)) {
      if (expected === undefined) continue;
      objects.push(expected);
      if (stored === undefined) await sending.add(expected);
      else await requireSame({ commit, expected, stored }, to, { signal });
    }
  } finally {
    await sending.settled();
  }
  return { prefix, objects, ...sending.end() };
}

/** The entries of the list of objects, and its own, in the order of the keys. */
async function* wholeList(commit: Commit, from: Repository, options: CallOptions): AsyncGenerator<ObjectEntry> {
  const own = { key: OBJECTS_NAME, ...commit.objects };
  let isDue = true;
  for await (const entry of openObjects(commit, from, options)) {
    if (isDue && entry.key > OBJECTS_NAME) {
      isDue = false;
      yield own;
    }
    yield entry;
  }
  if (isDue) yield own;
}

/** What is there already is left as it is. With the same MD5 it is not read. */
async function requireSame(
  { commit, expected, stored }: { commit: Commit; expected: ObjectEntry; stored: StoredObject },
  { storage }: Repository,
  { signal }: CallOptions,
): Promise<void> {
  if (stored.md5 !== undefined && stored.md5 === expected.md5 && stored.sizeBytes === expected.sizeBytes) return;
  try {
    await readStored(dataKey(commit, expected.key), expected, { storage, signal });
  } catch (error) {
    if (!isBackuperError(error, 'object-altered')) throw error;
    throw otherBackup(commit, storage.location);
  }
}
