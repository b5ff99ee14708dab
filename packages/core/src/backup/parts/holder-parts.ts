import { type KeyObject, randomBytes } from 'node:crypto';
import { BackuperError, type Context, say } from '@postgres-backuper/base';
import {
  type BackupId,
  type DonePart,
  dataPrefix,
  type Extents,
  type PartsPlan,
  type PlannedSet,
  recordPrefix,
} from '@postgres-backuper/format';
import { type Client, openSession, type Session, tryRunLock } from '@postgres-backuper/postgres';
import {
  type AdoptedStream,
  type Cipher,
  type Repository,
  readCommitIfThere,
  type Store,
} from '@postgres-backuper/repository';
import { claim, type PartsPlace, putPlan, readChunksOf, readDoneParts, removeOthers } from './parts-storage.ts';
import { type RunLocks, runLocks } from './run-locks.ts';
import { inWholeList } from './segment-ranges.ts';

/** How one database is shared out to several jobs. */
export interface PartsRequest {
  readonly count: number;
  /** What seals the plan and the lists of parts; every job has it. */
  readonly key: KeyObject;
  /** False: this run reads no part, and waits for the others. */
  readonly holderWorks: boolean;
  /** How long it then waits while nobody reads, milliseconds. */
  readonly timeoutMs: number;
}

/** A part, and who stored it. */
export interface StoredPart {
  /** From 1. */
  readonly part: number;
  /** Of the worker; null: it is unknown, or the holder read the part itself. */
  readonly machine: string | null;
  readonly isHolder: boolean;
  /** A table whose slices lie in several parts counts in each of them. */
  readonly tables: number;
  readonly largeObjects: boolean;
  readonly rawBytes: number;
  /** Null: stored together with what the holder reads besides parts. */
  readonly storedBytes: number | null;
  readonly durationMs: number;
}

/** What a backup is in its set, for workers. */
export interface SharedSet {
  readonly planned: PlannedSet;
  /** Takes what a worker stored into the index of a full. */
  adopt(stream: AdoptedStream): void;
}

/** What the run that holds the snapshot does for the others. */
export interface HolderParts extends Omit<PartsRequest, 'key'> {
  readonly locks: RunLocks;
  /**
   * Opens the session that holds the locks of this run until `end`: a worker that comes between the last row and the commit must
   * not take this run for dead. Errors: as openSession.
   */
  begin(client: Client, context: Context): Promise<Session>;
  /** Once the backup is committed or has failed. */
  end(): Promise<void>;
  /** Tells the workers what to read. To be called when the snapshot's tables are locked. */
  publish(plan: Pick<PartsPlan, 'snapshotId' | 'encoding' | 'set' | 'parts' | 'largeObjects'>): Promise<void>;
  /** Parts that became whole since the last call. */
  finished(): Promise<readonly DonePart[]>;
  /** Counts a worker's objects; the result makes extents of its range those of the catalog, once all objects are stored. */
  adopt(done: DonePart): (extents: Extents) => Extents;
  /** The chunks that a worker handed over, of each file; undefined: they cannot be read. Errors: cancelled. */
  chunksOf(done: DonePart): Promise<readonly Buffer[] | undefined>;
  /** Undefined: the backup stands alone. */
  readonly set?: SharedSet | undefined;
  /** For the result. */
  note(part: StoredPart): void;
  readonly stored: readonly StoredPart[];
}

export interface HolderServices {
  readonly store: Store;
  readonly cipher: Pick<Cipher, 'recipients'>;
  readonly encryption: string;
}

export function createHolderParts(
  request: PartsRequest & { readonly id: BackupId },
  { store, cipher, encryption }: HolderServices,
  { signal }: Pick<Context, 'signal'>,
): HolderParts {
  const { count, key, holderWorks, timeoutMs, id } = request;
  const run = randomBytes(16).toString('hex');
  const place: PartsPlace = { id, binding: { ...id, key }, destinations: store.destinations };
  const known = new Set<number>();
  const stored: StoredPart[] = [];
  const locks = runLocks(id, run);
  let session: Session | undefined;
  return {
    ...{ count, holderWorks, timeoutMs, stored, locks },
    async begin(client, context) {
      session = await openSession(client, context);
      if (!(await tryRunLock(session, locks.holder))) throw new Error('the lock of a new run is taken');
      return session;
    },
    end: async () => session?.close(),
    publish(plan) {
      const version = plan.set === undefined && plan.largeObjects === undefined ? 1 : 2;
      return putPlan({ version, run, readers: readersOf(encryption, cipher), ...plan }, place, { signal });
    },
    chunksOf: (done) => readChunksOf(done, place, { signal }),
    finished: () => readDoneParts(place, { run, known }, { signal }),
    adopt(done) {
      store.adopt(done.objects);
      return inWholeList(done.range, store);
    },
    note: (part) => void stored.push(part),
  };
}

/** Who can read what a run encrypts: all jobs of a backup must encrypt for the same keys. */
export function readersOf(encryption: string, { recipients }: Pick<Cipher, 'recipients'>): string {
  return [encryption, ...recipients].join(' ');
}

/**
 * Takes a label for this run alone, before anything is stored under it. Errors: backup-exists when another run has or
 * had it; configuration-invalid for a storage that replaces objects; those of the storage.
 */
export async function takeLabel(
  place: PartsPlace,
  repositories: readonly Repository[],
  { signal }: Pick<Context, 'signal'>,
): Promise<void> {
  const { label } = place.id;
  for (const [index, repository] of repositories.entries()) {
    const destination = place.destinations[index];
    if (destination === undefined || destination.failure !== undefined) continue;
    const there = await readCommitIfThere(place.id, repository, { fresh: true, signal });
    if (there !== undefined) throw taken(`'${label}' is a backup already`);
    const only = { ...place, destinations: [destination] };
    if ((await hasBegun(place.id, repository, signal)) || !(await claim(only, 0, { signal })))
      throw taken(`a run with the label '${label}' began before`);
    if (await claim(only, 0, { signal })) throw notExclusive(repository);
  }
}

/** Also a run that failed and removed what it stored: its record stays. */
async function hasBegun(id: BackupId, { storage }: Repository, signal: AbortSignal): Promise<boolean> {
  for (const prefix of [dataPrefix(id), recordPrefix(id)]) {
    for await (const _ of storage.list(prefix, { signal })) return true;
  }
  return false;
}

/** A second worker would get the same part there. */
function notExclusive({ storage }: Repository): BackuperError {
  return new BackuperError('configuration-invalid', `'${storage.location}' replaces objects that exist`, {
    hint: `leave ${say.option('parts')} out: several jobs need a storage that stores an object only where none is (If-None-Match)`,
  });
}

function taken(message: string): BackuperError {
  return new BackuperError('backup-exists', message, {
    hint: `give all jobs another label with ${say.option('label')}: one label is one snapshot`,
  });
}

/** After a commit: what the workers needed, and segments of parts that were read twice. Never throws. */
export async function removeForParts(id: BackupId, store: Store, context: Pick<Context, 'signal'>): Promise<void> {
  const listed = new Set(Array.from(store.objects, ({ key }) => key));
  for (const { storage, commitState } of store.destinations) {
    if (commitState === 'stored') await removeOthers({ id, listed }, storage, context);
  }
}
