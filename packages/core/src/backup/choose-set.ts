import { type Context, toBackuperError } from '@postgres-backuper/base';
import type { ChunkKeys, Commit, KnownChunks } from '@postgres-backuper/format';
import { type Repository, readCommitIfThere, readFullIndex, type Survey, survey } from '@postgres-backuper/repository';
import { verifyStored } from '../verify/verify-stored.ts';
import { type FullAge, type NewBackup, parentOrProblem, stateProblem } from './parent-problem.ts';

const GIB = 1024 ** 3;

export interface SetRequest extends FullAge {
  readonly keys: ChunkKeys;
  /** False: a full, which later differentials may stand on. */
  readonly incremental: boolean;
  /** Why it must be a full, whatever is there. */
  readonly whyFull?: string | undefined;
}

/** What the backup is in its set. */
export type SetRole =
  | {
      readonly type: 'full';
      readonly keys: ChunkKeys;
      readonly chunkBytes: number;
      readonly settings: string;
      readonly why: string;
    }
  | { readonly type: 'differential'; readonly keys: ChunkKeys; readonly parent: Commit; readonly known: KnownChunks };

/** The backup that is about to be made, once its database is known. */
export interface BackupInSet extends NewBackup {
  /** As settingsOf makes it. */
  readonly settings: string;
  /** Estimated, of the whole dump. */
  readonly rawBytes: number;
}

interface Services {
  /** Those to which it can still be stored. */
  readonly destinations: readonly Repository[];
  readonly context: Context;
}

/**
 * Whether a backup is a differential, and of which full; a full with the reason wherever anything is in doubt, also where
 * a storage cannot be asked: if that does not work again, storing the backup says so. Every destination must have that
 * full, whole. Errors: the signal's reason.
 */
export async function chooseSet(request: SetRequest, made: BackupInSet, services: Services): Promise<SetRole> {
  const { keys, incremental, whyFull } = request;
  const { settings, rawBytes } = made;
  const full = (why: string): SetRole => ({
    ...{ type: 'full', keys, chunkBytes: chunkBytesFor(rawBytes), settings, why },
  });
  if (!incremental) return full('no other is asked for');
  if (whyFull !== undefined) return full(whyFull);
  try {
    const found = await findParent(request, made, services);
    return typeof found === 'string' ? full(found) : { type: 'differential', keys, ...found };
  } catch (error) {
    services.context.signal.throwIfAborted();
    return full(`the last full cannot be used: ${toBackuperError(error).message}`);
  }
}

/** Fixed for a set by its full: an index has about a million chunks at most. */
function chunkBytesFor(rawBytes: number): number {
  if (rawBytes <= 32 * GIB) return 32 * 1024;
  if (rawBytes <= 256 * GIB) return 128 * 1024;
  return rawBytes <= 1024 * GIB ? 512 * 1024 : 2048 * 1024;
}

async function findParent(
  { keys, ...age }: SetRequest,
  made: BackupInSet,
  { destinations, context }: Services,
): Promise<{ readonly parent: Commit; readonly known: KnownChunks } | string> {
  const { clock, signal } = context;
  const [first, ...others] = destinations;
  if (first === undefined) return 'no repository is left';
  const found = await survey({ name: made.name, signal }, first);
  const newest = parentOrProblem(found, made, { now: clock.now(), ...age });
  if (typeof newest === 'string') return newest;
  for (const repository of destinations) {
    const its = repository === first ? found : await survey({ name: made.name, signal }, repository);
    const problem = await whyNotThere(newest.commit, made, { found: its, repository, context });
    if (problem !== undefined) return others.length === 0 ? problem : `${repository.storage.location}: ${problem}`;
  }
  const parent = newest.commit;
  const known = await readFullIndex(parent, first, { keys, settings: made.settings, signal });
  return typeof known === 'string' ? known : { parent, known };
}

interface Place {
  readonly repository: Repository;
  readonly found: Survey;
  readonly context: Context;
}

/**
 * What the records of a destination say of the full; then the full itself: its commit by whom this run signs there, not from
 * a cache, and each of its objects.
 */
async function whyNotThere(
  parent: Commit,
  made: BackupInSet,
  { repository, found, context }: Place,
): Promise<string | undefined> {
  const { clock, signal } = context;
  const known = found.backups.find(({ label }) => label === parent.label);
  const state = known && stateProblem(known, made, clock.now());
  if (state !== undefined) return state;
  const { storage, signer, trusted = signer } = repository;
  if (trusted === undefined && found.signatures.has(parent.label))
    return `'${parent.label}' is signed, and this backup is not`;
  const there = await readCommitIfThere(parent, { storage, trusted }, { fresh: true, signal });
  if (there === undefined) return `there is no '${parent.label}'`;
  if (there.objects.sha256 !== parent.objects.sha256) return `'${parent.label}' is another one`;
  return (await verifyStored(parent, repository, context)).damage[0]?.text;
}
