import { formatDuration, say } from '@postgres-backuper/base';
import { type Commit, type DatabaseIdentity, parseLabel } from '@postgres-backuper/format';
import {
  beganAfter,
  isFutureDated,
  isOtherDatabase,
  type Survey,
  type SurveyedBackup,
} from '@postgres-backuper/repository';
import { gainProblem } from './set-gain.ts';

/** The backup that is about to be made. */
export interface NewBackup {
  readonly name: string;
  readonly startedAt: number;
  readonly identity: DatabaseIdentity;
  readonly serverVersion: string;
  readonly encryption: Commit['encryption'];
}

/** How old a full may be. */
export interface FullAge {
  /** A full that began longer ago is no parent any more, milliseconds. */
  readonly fullEveryMs: number;
  /** Nor is one that began earlier, milliseconds since 1970. */
  readonly fullSince?: number | undefined;
}

/**
 * Pure: the full on which the backup may stand, as far as commits and records tell, or why there is none. What is newer
 * than it and cannot be read or trusted may be a full too: then something is wrong in the storage, and one full heals it.
 */
export function parentOrProblem(
  { backups, damaged }: Pick<Survey, 'backups' | 'damaged'>,
  made: NewBackup,
  { now, ...age }: FullAge & { readonly now: number },
): SurveyedBackup | string {
  const newest = backups.findLast(({ commit, imported }) => commit.type === 'full' && !imported);
  const since = newest?.startedAt ?? 0;
  const isNewer = (startedAt: number | undefined): boolean => startedAt !== undefined && startedAt >= since;
  const unreadable = damaged.findLast(({ label, storedAt }) => {
    const startedAt = parseLabel(label)?.startedAt;
    if (startedAt === undefined || isFutureDated({ startedAt, storedAt }, now)) return false;
    return newest === undefined || beganAfter(label, newest);
  });
  if (unreadable !== undefined) return unreadable.error.message;
  const lost = backups.findLast((backup) => backup.parent !== null && !isFutureDated(backup, now));
  if (lost?.fullFlaw?.flaw === 'damaged' && isNewer(parseLabel(lost.parent ?? '')?.startedAt))
    return `'${lost.label}' cannot be used: ${lost.fullFlaw.why}`;
  if (newest === undefined) return 'there is no full yet';
  return (
    stateProblem(newest, made, now) ??
    ageProblem(newest, made, age) ??
    kindProblem(newest.commit, made) ??
    gainProblem(newest, backups, { now, ...age }) ??
    newest
  );
}

/** Why a full that records tell of is no parent; undefined: they tell nothing of the kind. */
export function stateProblem(
  full: SurveyedBackup,
  { startedAt }: Pick<NewBackup, 'startedAt'>,
  now: number,
): string | undefined {
  if (full.bad) return `a verification or a restore found '${full.label}' damaged`;
  if (full.isGoing) return `'${full.label}' is being deleted by a prune`;
  if (isFutureDated(full, now) || full.startedAt > startedAt) return `'${full.label}' began later than this backup`;
  return undefined;
}

function ageProblem(
  { label, startedAt }: SurveyedBackup,
  made: NewBackup,
  { fullEveryMs, fullSince }: FullAge,
): string | undefined {
  if (fullSince !== undefined && startedAt < fullSince)
    return `'${label}' is older than ${say.given('lastFullBackup')}`;
  const age = made.startedAt - startedAt;
  if (age < fullEveryMs) return undefined;
  return `'${label}' is ${formatDuration(age)} old, and ${say.option('fullEvery')} is ${formatDuration(fullEveryMs)}`;
}

function kindProblem(full: Commit, made: NewBackup): string | undefined {
  const called = `'${full.label}'`;
  if (isOtherDatabase(full.database, made.identity) || full.database.oid !== made.identity.oid)
    return `${called} is of another database`;
  if (majorOf(full.serverVersion) !== majorOf(made.serverVersion))
    return `${called} is of another version of the server`;
  if (readersOf(full.encryption) !== readersOf(made.encryption)) return `${called} is for other keys`;
  return undefined;
}

function majorOf(version: string): string {
  return /^(9\.\d+|\d+)/.exec(version)?.[0] ?? version;
}

function readersOf({ profile, recipients, passphrase }: Commit['encryption']): string {
  return [profile, passphrase, ...[...recipients].sort()].join(' ');
}
