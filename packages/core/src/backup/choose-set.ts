import { type Context, isBackuperError, toBackuperError } from '@postgres-backuper/base';
import type { ChunkKeys, Commit, DatabaseIdentity, KnownChunks } from '@postgres-backuper/format';
import {
  isFutureDated,
  isOtherDatabase,
  isTemporary,
  type Repository,
  readCommitIfThere,
  readFullIndex,
  type SurveyedBackup,
  survey,
} from '@postgres-backuper/repository';
import { verifyStored } from '../verify/verify-stored.ts';

const GIB = 1024 ** 3;
/** A differential that stored more than this share of its full ends the set. */
const SHARE_MAX = 0.5;

export interface SetRequest {
  readonly keys: ChunkKeys;
  /** A full that began longer ago is no parent any more, milliseconds. */
  readonly fullEveryMs: number;
  /** False: a full, which later differentials may stand on. */
  readonly incremental: boolean;
}

/** What the backup is in its set. */
export type SetRole =
  | { readonly type: 'full'; readonly keys: ChunkKeys; readonly chunkBytes: number; readonly why: string }
  | { readonly type: 'differential'; readonly keys: ChunkKeys; readonly parent: Commit; readonly known: KnownChunks };

/** The backup that is about to be made. */
export interface NewBackup {
  readonly name: string;
  readonly startedAt: number;
  readonly identity: DatabaseIdentity;
  readonly serverVersion: string;
  readonly encryption: Commit['encryption'];
  /** Estimated, of the whole dump. */
  readonly rawBytes: number;
}

/**
 * Whether a backup is a differential, and of which full; a full with the reason wherever anything is in doubt. Every
 * destination must have that full, whole. Errors: those of a storage that can be tried again, and the signal's reason.
 */
export async function chooseSet(
  { keys, fullEveryMs, incremental }: SetRequest,
  made: NewBackup,
  { destinations, context }: { readonly destinations: readonly Repository[]; readonly context: Context },
): Promise<SetRole> {
  const full = (why: string): SetRole => ({ type: 'full', keys, chunkBytes: chunkBytesFor(made.rawBytes), why });
  if (!incremental) return full('no other is asked for');
  try {
    const [first, ...others] = destinations as readonly [Repository, ...Repository[]];
    const { backups } = await survey({ name: made.name, signal: context.signal }, first);
    const newest = backups.findLast(({ commit, imported }) => commit.type === 'full' && !imported);
    if (newest === undefined) return full('there is none yet');
    const now = context.clock.now();
    const problem = problemOf(newest, made, { now, fullEveryMs }) ?? gainProblem(newest.commit, backups);
    if (problem !== undefined) return full(problem);
    const parent = newest.commit;
    for (const repository of others) {
      const why = await whyNotThere(parent, repository, context);
      if (why !== undefined) return full(why);
    }
    for (const repository of destinations) {
      const [damage] = (await verifyStored(parent, repository, context)).damage;
      if (damage !== undefined) return full(`${repository.storage.location}: ${damage.text}`);
    }
    const known = await readFullIndex(parent, first, { keys, signal: context.signal });
    return typeof known === 'string' ? full(known) : { type: 'differential', keys, parent, known };
  } catch (error) {
    context.signal.throwIfAborted();
    if (!isBackuperError(error) || isTemporary(error)) throw error;
    return full(toBackuperError(error).message);
  }
}

/** Fixed for a set by its full: an index has about a million chunks at most. */
function chunkBytesFor(rawBytes: number): number {
  if (rawBytes <= 32 * GIB) return 32 * 1024;
  return rawBytes <= 256 * GIB ? 128 * 1024 : 512 * 1024;
}

function problemOf(
  full: SurveyedBackup,
  made: NewBackup,
  { now, fullEveryMs }: { readonly now: number; readonly fullEveryMs: number },
): string | undefined {
  const { commit } = full;
  const called = `'${commit.label}'`;
  if (full.bad) return `a verification or a restore found ${called} damaged`;
  if (full.isGoing) return `${called} is being deleted by a prune`;
  if (isFutureDated(full, now) || full.startedAt > made.startedAt) return `${called} began later than this backup`;
  if (made.startedAt - full.startedAt >= fullEveryMs) return `${called} is old enough`;
  if (isOtherDatabase(commit.database, made.identity) || commit.database.oid !== made.identity.oid)
    return `${called} is of another database`;
  if (majorOf(commit.serverVersion) !== majorOf(made.serverVersion))
    return `${called} is of another version of the server`;
  if (readersOf(commit.encryption) !== readersOf(made.encryption)) return `${called} is for other keys`;
  return undefined;
}

/** Why no other differential of a full is worth it. */
function gainProblem({ label, totals }: Commit, backups: readonly SurveyedBackup[]): string | undefined {
  const last = backups.findLast(({ commit }) => commit.parent === label)?.commit.totals.storedBytes ?? 0;
  if (last <= totals.storedBytes * SHARE_MAX) return undefined;
  return `the last differential stored ${Math.round((last / totals.storedBytes) * 100)} % of '${label}'`;
}

async function whyNotThere(parent: Commit, repository: Repository, { signal }: Context): Promise<string | undefined> {
  const there = await readCommitIfThere(parent, repository, { fresh: true, signal });
  if (there?.objects.sha256 === parent.objects.sha256) return undefined;
  return `${repository.storage.location} has no '${parent.label}'`;
}

function majorOf(version: string): string {
  return /^(9\.\d+|\d+)/.exec(version)?.[0] ?? version;
}

function readersOf({ profile, recipients, passphrase }: Commit['encryption']): string {
  return [profile, passphrase, ...[...recipients].sort()].join(' ');
}
