import { BackuperError, type Context } from '@postgres-backuper/base';
import type { ChunkKeys, KnownChunks, PlannedSet } from '@postgres-backuper/format';
import { type Repository, readCommitIfThere, readFullIndex } from '@postgres-backuper/repository';
import type { PartSet } from './part-set.ts';
import type { PartsPlace } from './parts-storage.ts';

interface ToOpen {
  readonly set: PlannedSet | undefined;
  /** What chunks are made with. */
  readonly keys: ChunkKeys;
  readonly place: PartsPlace;
}

/**
 * Reads what the plan refers to; undefined: the backup stands alone. Errors: full-missing unless a full is there that is the
 * one of the plan, with its index; those of the storage.
 */
export async function openPartSet(
  { set, keys, place }: ToOpen,
  repositories: readonly Repository[],
  { signal }: Pick<Context, 'signal'>,
): Promise<PartSet | undefined> {
  if (set === undefined) return undefined;
  if (set.type === 'full') return { ...set, keys };
  const working = repositories.filter((_, index) => place.destinations[index]?.failure === undefined);
  let first: unknown;
  for (const repository of working) {
    try {
      return { type: 'differential', keys, known: await readKnown({ set, keys, place }, repository, signal) };
    } catch (error) {
      signal.throwIfAborted();
      first ??= error;
    }
  }
  throw first;
}

async function readKnown(
  { set, keys, place }: ToOpen & { readonly set: PlannedSet & { readonly type: 'differential' } },
  { storage }: Repository,
  signal: AbortSignal,
): Promise<KnownChunks> {
  const { parent: label, parentObjects, settings } = set;
  const { name } = place.id;
  // who signed it the holder has checked: the plan says which list of objects it is
  const full = await readCommitIfThere({ name, label }, { storage, trusted: undefined }, { fresh: true, signal });
  if (full?.objects.sha256 !== parentObjects)
    throw lost(`'${label}', on which this backup stands, is ${full === undefined ? 'gone' : 'another one now'}`);
  const known = await readFullIndex(full, { storage }, { keys, settings, signal });
  if (typeof known === 'string') throw lost(`this backup stands on a full that cannot be used: ${known}`);
  return known;
}

function lost(message: string): BackuperError {
  return new BackuperError('full-missing', message, {
    hint: 'begin all jobs again with another label: where no full fits, the backup is a full',
  });
}
