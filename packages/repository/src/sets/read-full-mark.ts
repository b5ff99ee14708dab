import {
  type ChunkKeys,
  type Commit,
  dataKey,
  type FullMark,
  indexProblem,
  MARK_NAME,
  type ObjectEntry,
  readMark,
} from '@postgres-backuper/format';
import { openObjects } from '../read/read.ts';
import { readStored } from '../read/read-stored.ts';
import type { Repository } from '../repository.ts';
import type { CallOptions } from '../storage/storage.ts';
import { createSegmentsDigest } from './segments-digest.ts';

/** A mark that is larger is not read. */
const MARK_MAX_BYTES = 128 * 1024 * 1024;

/**
 * The mark of a full, or why there is none that can be used. Errors: object-missing, object-altered, catalog-invalid, those
 * of the storage.
 */
export async function readFullMark(
  full: Commit,
  { storage }: Pick<Repository, 'storage'>,
  { keys, signal }: { readonly keys: ChunkKeys } & CallOptions,
): Promise<FullMark | string> {
  const segments = createSegmentsDigest();
  let entry: ObjectEntry | undefined;
  for await (const object of openObjects(full, { storage }, { signal })) {
    if (object.key === MARK_NAME) entry = object;
    segments.add(object);
  }
  if (entry === undefined) return `'${full.label}' was made without it, or could not be marked`;
  if (entry.sizeBytes > MARK_MAX_BYTES) return `'${full.label}' has a mark that is too large`;
  const bytes = await readStored(dataKey(full, MARK_NAME), entry, { storage, signal });
  try {
    return await readMark(bytes, { key: keys.mark, set: segments.setOf(full) });
  } catch (error) {
    const problem = indexProblem(error);
    if (problem === undefined) throw error;
    return `the mark of '${full.label}' cannot be read: ${problem}`;
  }
}
