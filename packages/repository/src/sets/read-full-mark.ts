import { type ChunkKeys, type Commit, type FullMark, MARK_NAME, readMark } from '@postgres-backuper/format';
import type { Repository } from '../repository.ts';
import type { CallOptions } from '../storage/storage.ts';
import { readSealed } from './read-sealed.ts';

/** A mark that is larger is not read. */
const MARK_MAX_BYTES = 128 * 1024 * 1024;

/** The mark of a full, or why there is none that can be used. Errors: those of readSealed. */
export function readFullMark(
  full: Commit,
  { storage }: Pick<Repository, 'storage'>,
  { keys, signal }: { readonly keys: ChunkKeys } & CallOptions,
): Promise<FullMark | string> {
  const mark = {
    ...{ object: MARK_NAME, called: 'a mark', maxBytes: MARK_MAX_BYTES },
    missing: 'was made without it, or could not be marked',
    read: (bytes: Uint8Array, set: string) => readMark(bytes, { key: keys.mark, set }),
  };
  return readSealed(full, mark, { storage, signal });
}
