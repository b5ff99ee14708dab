import { freeMemory } from '@postgres-backuper/base/own-memory';
import {
  type ChunkKeys,
  type Commit,
  dataKey,
  INDEX_MAX_BYTES,
  INDEX_NAME,
  indexProblem,
  type KnownChunks,
  type ObjectEntry,
  readIndex,
} from '@postgres-backuper/format';
import { openObjects } from '../read/read.ts';
import { readStored } from '../read/read-stored.ts';
import type { Repository } from '../repository.ts';
import type { CallOptions } from '../storage/storage.ts';
import { createSegmentsDigest } from './segments-digest.ts';

/** How the chunks of a full are read. */
export interface IndexRequest extends CallOptions {
  readonly keys: ChunkKeys;
  /** Those of the backup that is made. */
  readonly settings: string;
}

/**
 * The chunks of a full, or why its index cannot be used. Errors: object-missing, object-altered, catalog-invalid, those of
 * the storage.
 */
export async function readFullIndex(
  full: Commit,
  { storage }: Pick<Repository, 'storage'>,
  { keys, settings, signal }: IndexRequest,
): Promise<KnownChunks | string> {
  const segments = createSegmentsDigest();
  let entry: ObjectEntry | undefined;
  for await (const object of openObjects(full, { storage }, { signal })) {
    if (object.key === INDEX_NAME) entry = object;
    segments.add(object);
  }
  if (entry === undefined) return `'${full.label}' has no index: it was made without a secret, or has too many chunks`;
  if (entry.sizeBytes > INDEX_MAX_BYTES) return `'${full.label}' has an index that is too large`;
  const bytes = await readStored(dataKey(full, INDEX_NAME), entry, { storage, signal });
  try {
    const known = readIndex(bytes, { key: keys.index, set: segments.setOf(full) });
    if (known.settings === settings) return known;
    return `'${full.label}' has another selection of tables or large objects, or another OpenPGP profile`;
  } catch (error) {
    const problem = indexProblem(error);
    if (problem === undefined) throw error;
    return `the index of '${full.label}' cannot be read: ${problem}`;
  } finally {
    freeMemory(bytes);
  }
}
