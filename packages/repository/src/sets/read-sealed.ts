import { type Commit, dataKey, indexProblem, type ObjectEntry } from '@postgres-backuper/format';
import { openObjects } from '../read/read.ts';
import { readStored } from '../read/read-stored.ts';
import type { Repository } from '../repository.ts';
import type { CallOptions } from '../storage/storage.ts';
import { createSegmentsDigest } from './segments-digest.ts';

/** An object of a full that is bound to its segments. */
export interface SealedPart<Value> {
  readonly object: string;
  /** With its article, e.g. `an index`. */
  readonly called: string;
  readonly maxBytes: number;
  /** Why a full has none: what follows its label. */
  readonly missing: string;
  /** What it throws and indexProblem knows is the reason why it cannot be used. */
  readonly read: (bytes: Uint8Array, set: string) => Value | string | Promise<Value | string>;
}

/** What the full has of it, or why that cannot be used. Errors: object-missing, object-altered, catalog-invalid, those of the storage. */
export async function readSealed<Value>(
  full: Commit,
  { object, called, maxBytes, missing, read }: SealedPart<Value>,
  { storage, signal }: Pick<Repository, 'storage'> & CallOptions,
): Promise<Value | string> {
  const segments = createSegmentsDigest();
  let entry: ObjectEntry | undefined;
  for await (const one of openObjects(full, { storage }, { signal })) {
    if (one.key === object) entry = one;
    segments.add(one);
  }
  if (entry === undefined) return `'${full.label}' ${missing}`;
  if (entry.sizeBytes > maxBytes) return `'${full.label}' has ${called} that is too large`;
  const bytes = await readStored(dataKey(full, object), entry, { storage, signal });
  try {
    return await read(bytes, segments.setOf(full));
  } catch (error) {
    const problem = indexProblem(error);
    if (problem === undefined) throw error;
    return `the ${called.replace(/^an? /, '')} of '${full.label}' cannot be read: ${problem}`;
  }
}
