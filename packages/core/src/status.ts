import { BackuperError, type Context, formatDuration, isBackuperError, say } from '@postgres-backuper/base';
import type { DrillVerdict } from '@postgres-backuper/format';
import {
  growthOf,
  healthOf,
  isFutureDated,
  otherNamesHint,
  type PassedOver,
  type Repository,
  type Survey,
  type SurveyedBackup,
  survey,
} from '@postgres-backuper/repository';
import { type LeftOvers, leftOversOf } from './status/left-overs-of.ts';

export interface StatusRequest {
  readonly name: string;
  /** A newest good backup that is older is stale, milliseconds. */
  readonly maxAgeMs: number;
  /** Newer backups that are damaged or failed a verification are no reason to fail. */
  readonly ignoreDamaged?: boolean;
}

export interface StatusResult {
  readonly name: string;
  readonly location: string;
  readonly state: 'ok' | 'stale' | 'none' | 'damaged';
  readonly maxAgeMs: number;
  /** The newest good backup. */
  readonly newest: NewestBackup | null;
  /** Why no differential can follow those that are there, and the next backup must be a full; null: nothing is known. */
  readonly needsFull: string | null;
  /**
   * Number of commits that cannot be read or trusted, and of differentials whose full is lost; of backups that failed a
   * verification, or whose full did.
   */
  readonly damaged: number;
  readonly failed: number;
  readonly held: Held;
  /** How the uncompressed size changed in the last 30 days, or since the first backup; null: there is no second one. */
  readonly growth: { readonly since: string; readonly rawBytes: number } | null;
  /** What runs left that ended without a backup; null: it cannot be listed. */
  readonly leftOvers: LeftOvers | null;
  /** Free bytes of the storage; null: it does not tell. */
  readonly freeBytes: number | null;
  /** Backups that are newer than the newest good one and do not count, newest first. */
  readonly passedOver: readonly PassedOver[];
}

/** All readable backups of the name, good or not. */
export interface Held {
  readonly backups: number;
  readonly storedBytes: number;
  /** Null: there is none. */
  readonly oldest: { readonly label: string; readonly startedAt: string; readonly ageMs: number } | null;
}

export interface NewestBackup {
  readonly label: string;
  readonly startedAt: string;
  readonly ageMs: number;
  readonly rawBytes: number;
  readonly storedBytes: number;
  /** Label of the full on which a differential stands. */
  readonly parent: string | null;
  /** Stored bytes of that full; null: it is a full itself, or its full is lost. */
  readonly fullStoredBytes: number | null;
  readonly note: string | null;
  /** Its own expiry; null: the rules of retention decide. */
  readonly expiresAt: string | null;
  /** The level of its last verification; null: it failed. */
  readonly verification: 'stored' | 'content' | 'restore' | null;
  /** Where the last verification was a drill. */
  readonly verdict: DrillVerdict | null;
}

/**
 * Whether the name has a good backup that is new enough.
 * Errors: backup-none, backup-stale and newest-damaged, with the result; those of the storage.
 */
export async function status(
  { name, maxAgeMs, ignoreDamaged = false }: StatusRequest,
  { repository }: { readonly repository: Repository },
  context: Context,
): Promise<StatusResult> {
  const { clock, signal } = context;
  const found = await survey({ name, signal }, repository);
  const { backups, damaged } = found;
  const now = clock.now();
  const { state, ageMs, usable: good, passedOver } = healthOf(found, { now, maxAgeMs, ignoreDamaged });
  const result: StatusResult = {
    ...{ name, location: repository.storage.location, maxAgeMs, state },
    newest: good === undefined ? null : describeNewest(good, { ageMs, found }),
    needsFull: whyFull(found, now),
    damaged: damaged.length + backups.filter(isLost).length,
    failed: backups.filter((backup) => backup.bad && !isLost(backup)).length,
    passedOver,
    held: heldOf(found, now),
    growth: growthSince(found),
    leftOvers: await leftOversOf({ name, found }, repository, context),
    freeBytes: await freeBytesOf(repository),
  };
  if (result.state === 'ok') return result;
  const why = `look why ${say.command('backup')} did not run or failed`;
  const isUnknown = backups.length + damaged.length === 0;
  const names = isUnknown ? await otherNamesHint(name, repository, { signal }) : undefined;
  throw problem(result, names === undefined ? why : `${why}, or ${names}`);
}

function describeNewest(
  { label, commit, parent, verification }: SurveyedBackup,
  { ageMs, found }: { readonly ageMs: number; readonly found: Survey },
): NewestBackup {
  const { startedAt, totals, note = null, expiresAt = null } = commit;
  const full = found.backups.find((backup) => backup.label === parent);
  return {
    ...{ label, startedAt, ageMs, rawBytes: totals.rawBytes, storedBytes: totals.storedBytes, parent },
    ...{ fullStoredBytes: full?.storedBytes ?? null, note, expiresAt },
    verification: verification.ok ? verification.level : null,
    verdict: verification.level === 'restore' ? verification.verdict : null,
  };
}

function isLost({ fullFlaw }: SurveyedBackup): boolean {
  return fullFlaw?.flaw === 'damaged';
}

function isParent({ parent, bad, imported }: SurveyedBackup): boolean {
  return parent === null && !bad && !imported;
}

/** Only where differentials are made: each of them needs a full that is usable. */
function whyFull({ backups }: Survey, now: number): string | null {
  const newest = backups.findLast(
    ({ parent, startedAt, storedAt }) => parent !== null && !isFutureDated({ startedAt, storedAt }, now),
  );
  if (newest === undefined) return null;
  const full = backups.findLast((backup) => isParent(backup) && !isFutureDated(backup, now));
  if (full === undefined) return 'no full is usable';
  if (full.isGoing) return `its full '${full.label}' is being deleted`;
  return full.startedAt < newest.startedAt ? (newest.fullFlaw?.why ?? null) : null;
}

function growthSince({ backups }: Survey): StatusResult['growth'] {
  const sized = backups.map(({ startedAt, bad, commit }) => ({ startedAt, bad, rawBytes: commit.totals.rawBytes }));
  const growth = growthOf(sized);
  return growth === undefined ? null : { since: new Date(growth.since).toISOString(), rawBytes: growth.rawBytes };
}

function heldOf({ backups }: Survey, now: number): Held {
  const [first] = backups;
  return {
    backups: backups.length,
    storedBytes: backups.reduce((sum, { commit }) => sum + commit.totals.storedBytes, 0),
    oldest:
      first === undefined
        ? null
        : { label: first.label, startedAt: first.commit.startedAt, ageMs: Math.max(0, now - first.startedAt) },
  };
}

/** Its error is none of the status: the backups were listed. */
async function freeBytesOf({ storage }: Repository): Promise<number | null> {
  const usage = await storage.usage?.().catch((error: unknown) => {
    if (isBackuperError(error, 'cancelled') || !isBackuperError(error)) throw error;
  });
  return usage?.freeBytes ?? null;
}

function problem(result: StatusResult, hint: string): BackuperError {
  const { name, newest, maxAgeMs } = result;
  const [newer] = result.passedOver.filter(({ flaw }) => flaw !== 'future');
  if (newest === null) {
    const why = newer === undefined ? '' : `: '${newer.label}' does not count, ${newer.why}`;
    return new BackuperError('backup-none', `'${name}' has no good backup at '${result.location}'${why}`, {
      hint,
      result,
    });
  }
  if (result.state === 'damaged' && newer !== undefined) {
    const text = `'${newer.label}' of '${name}' does not count, and the newest good backup is '${newest.label}': ${newer.why}`;
    return new BackuperError('newest-damaged', text, {
      hint: 'make a new backup now, and find out what happened',
      result,
    });
  }
  const text = `the newest good backup of '${name}' is ${formatDuration(newest.ageMs)} old, more than ${formatDuration(maxAgeMs)}`;
  return new BackuperError('backup-stale', text, { hint, result });
}
