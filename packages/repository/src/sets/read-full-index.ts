import { say } from '@postgres-backuper/base';
import { freeMemory } from '@postgres-backuper/base/own-memory';
import {
  type ChunkKeys,
  type Commit,
  INDEX_MAX_BYTES,
  INDEX_NAME,
  type KnownChunks,
  REKEYED_INDEX,
  readIndex,
} from '@postgres-backuper/format';
import type { Repository } from '../repository.ts';
import type { CallOptions } from '../storage/storage.ts';
import { readSealed } from './read-sealed.ts';

/** How the chunks of a full are read. */
export interface IndexRequest extends CallOptions {
  readonly keys: ChunkKeys;
  /** Those of the backup that is made. */
  readonly settings: string;
}

/** The chunks of a full, or why its index cannot be used. Errors: those of readSealed. */
export function readFullIndex(
  full: Commit,
  { storage }: Pick<Repository, 'storage'>,
  { keys, settings, signal }: IndexRequest,
): Promise<KnownChunks | string> {
  const index = {
    ...{ object: INDEX_NAME, called: 'an index', maxBytes: INDEX_MAX_BYTES },
    missing: `has no index: it was made without a secret, in parts without ${say.option('incremental')}, or has too many chunks`,
    read(bytes: Uint8Array, set: string) {
      try {
        if (Buffer.compare(bytes, REKEYED_INDEX) === 0) return `'${full.label}' was rekeyed: its chunks are not known`;
        const known = readIndex(bytes, { key: keys.index, set });
        if (known.settings === settings) return known;
        return `'${full.label}' has another selection of tables or large objects, or another OpenPGP profile`;
      } finally {
        freeMemory(bytes);
      }
    },
  };
  return readSealed(full, index, { storage, signal });
}
