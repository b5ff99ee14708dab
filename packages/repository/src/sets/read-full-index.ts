import {
  type ChunkKeys,
  type Commit,
  dataKey,
  INDEX_NAME,
  indexProblem,
  type KnownChunks,
  readIndex,
} from '@postgres-backuper/format';
import { openObjects } from '../read/read.ts';
import { readStored } from '../read/read-stored.ts';
import type { Repository } from '../repository.ts';
import type { CallOptions } from '../storage/storage.ts';

/** An index that is larger is not read: it has more chunks than memory is meant for. */
const INDEX_MAX_BYTES = 128 * 1024 * 1024;

/** What an index is bound to: the backup that it belongs to. */
export function setOf({ name, label }: Pick<Commit, 'name' | 'label'>): string {
  return `${name}/${label}`;
}

/**
 * The chunks of a full, or why its index cannot be used. Errors: object-missing, object-altered, catalog-invalid, those of
 * the storage.
 */
export async function readFullIndex(
  full: Commit,
  repository: Pick<Repository, 'storage'>,
  { keys, signal }: { readonly keys: ChunkKeys } & CallOptions,
): Promise<KnownChunks | string> {
  for await (const entry of openObjects(full, repository, { signal })) {
    if (entry.key !== INDEX_NAME) continue;
    if (entry.sizeBytes > INDEX_MAX_BYTES) return `'${full.label}' has an index that is too large`;
    const bytes = await readStored(dataKey(full, INDEX_NAME), entry, { storage: repository.storage, signal });
    try {
      return await readIndex(asSource(bytes), { key: keys.index, set: setOf(full) });
    } catch (error) {
      const problem = indexProblem(error);
      if (problem === undefined) throw error;
      return `the index of '${full.label}' cannot be read: it ${problem.trim()}`;
    }
  }
  return `'${full.label}' has no index`;
}

async function* asSource(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
