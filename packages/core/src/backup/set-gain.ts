import { isFutureDated, type SurveyedBackup } from '@postgres-backuper/repository';

/** A differential that stored more than this share of its full ends the set. */
const SHARE_MAX = 0.5;
/** One that stored this share saved nothing that is worth a set. */
const SHARE_USELESS = 0.8;
/** After this many of them in a row there are only fulls, for a while. */
const TRIES = 3;
/** How long, in ages that a full may reach. */
const PAUSE = 4;

interface At {
  readonly now: number;
  readonly fullEveryMs: number;
}

/**
 * Pure: why no other differential of a full is worth it, as the commits say; undefined: it is. `backups`: all of the name,
 * oldest first. What prune deleted is forgotten: then a differential is tried again.
 */
export function gainProblem(
  full: SurveyedBackup,
  backups: readonly SurveyedBackup[],
  { now, fullEveryMs }: At,
): string | undefined {
  const byLabel = new Map(backups.map((backup) => [backup.label, backup]));
  const shares = backups.flatMap((backup) => {
    const share = isFutureDated(backup, now) ? undefined : shareOf(backup, byLabel.get(backup.parent ?? ''));
    return share === undefined ? [] : [{ share, of: backup.parent, at: backup.startedAt }];
  });
  const last = shares.slice(-TRIES);
  const again = (last.at(-1)?.at ?? 0) + PAUSE * fullEveryMs;
  if (last.length === TRIES && last.every(({ share }) => share >= SHARE_USELESS) && now < again) {
    const found = last.map(({ share }) => percent(share)).join(', ');
    return `differentials save nothing here: the last three stored ${found} of their fulls; the next try is after ${dayOf(again)}`;
  }
  const ofThis = shares.findLast(({ of }) => of === full.label);
  if (ofThis === undefined || ofThis.share <= SHARE_MAX) return undefined;
  return `the last differential stored ${percent(ofThis.share)} of '${full.label}'`;
}

function shareOf({ commit }: SurveyedBackup, full: SurveyedBackup | undefined): number | undefined {
  if (full === undefined) return undefined;
  return commit.totals.storedBytes / Math.max(1, full.commit.totals.storedBytes);
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
