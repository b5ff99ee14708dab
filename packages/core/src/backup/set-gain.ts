import { isFutureDated, type SurveyedBackup } from '@postgres-backuper/repository';
import type { BackupResult } from './result.ts';

/** What is smaller is worth no full: of a small database the catalog alone is more than half. */
const BYTES_MIN = 1024 ** 2;
/** A differential that stored more than this share of its full ends the set. */
const SHARE_MAX = 0.5;
/** One that stored this share saved nothing that is worth a set. */
const SHARE_USELESS = 0.8;
/** After this many of them in a row there are only fulls, for a while. */
const TRIES = 3;
/** How long, in ages that a full may reach. */
const PAUSE = 4;

type Tried = Pick<SurveyedBackup, 'label' | 'parent' | 'startedAt' | 'storedAt'> & {
  readonly commit: { readonly totals: { readonly storedBytes: number } };
};

interface At {
  readonly now: number;
  readonly fullEveryMs: number;
}

/**
 * Pure: why no other differential of a full is worth it, as the commits say; undefined: it is. `backups`: all of the name,
 * oldest first. What prune deleted is forgotten: then a differential is tried again.
 */
export function gainProblem(
  full: Pick<Tried, 'label'>,
  backups: readonly Tried[],
  { now, fullEveryMs }: At,
): string | undefined {
  const byLabel = new Map(backups.map((backup) => [backup.label, backup]));
  const shares = backups.flatMap((backup) => {
    const its = byLabel.get(backup.parent ?? '');
    if (its === undefined || isFutureDated(backup, now)) return [];
    return [{ share: shareOf(backup.commit.totals, its.commit.totals), of: its.label, at: backup.startedAt }];
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

/**
 * What a differential itself says that ends its set, once it is stored; undefined: it paid. Here names of tables are known,
 * which commits do not hold.
 */
export function gainText({ totals, saving }: Pick<BackupResult, 'totals' | 'saving'>): string | undefined {
  if (saving === null) return undefined;
  const share = shareOf(totals, { storedBytes: saving.fullStoredBytes });
  if (share <= SHARE_MAX) return undefined;
  const tables = saving.changedTables.slice(0, TRIES).map(({ schema, table, bytes, newBytes }) => {
    return `${percent(newBytes / Math.max(1, bytes))} of '${schema}.${table}'`;
  });
  const changed = tables.length === 0 ? '' : `: ${tables.join(', ')} changed`;
  const saved = share >= SHARE_USELESS ? 'saves nothing here' : 'saves little here';
  return `this differential ${saved}, it stored ${percent(share)} of its full${changed}; the next backup is a full`;
}

function shareOf(of: { readonly storedBytes: number }, full: { readonly storedBytes: number }): number {
  return of.storedBytes < BYTES_MIN ? 0 : of.storedBytes / Math.max(1, full.storedBytes);
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
