import { formatDuration, numberOf, say } from '@postgres-backuper/base';
import type { DatabaseIdentity } from '@postgres-backuper/format';
import { CLOCK_TOLERANCE_MS, isFutureDated } from '../backups/future-dated.ts';
import { isUsable } from '../backups/newest.ts';
import { describeSource } from '../backups/previous.ts';
import type { RetentionBackup } from '../backups/retention-backup.ts';
import { DAY_MS } from './periods.ts';
import type { RetentionSettings } from './retention-settings.ts';

/** Why nothing may be deleted, and what to do: one sentence each. */
export interface Brake {
  readonly brake:
    | 'clock-ahead'
    | 'no-good-backup'
    | 'stale'
    | 'crashed-run'
    | 'damaged-newest'
    | 'other-server'
    | 'too-many';
  readonly text: string;
  readonly hint: string;
}

interface Situation {
  readonly settings: RetentionSettings;
  readonly now: number;
  readonly storageNow?: number | undefined;
  readonly crashedRun?: string | undefined;
  readonly damagedNewest?: string | undefined;
  readonly force: boolean;
  /** Labels that the rules would delete if no unproven record kept any: at least those that would be deleted. */
  readonly doomed: ReadonlySet<string>;
}

/** All reasons against deletions that the rules allow. */
export function checkBrakes(newestFirst: readonly RetentionBackup[], situation: Situation): Brake[] {
  const real = newestFirst.filter((backup) => !isFutureDated(backup, situation.now));
  const newest = newestFirst.find((backup) => isUsable(backup, situation.now));
  if (newest === undefined) return [...clockBrake(situation), NO_GOOD_BACKUP];
  return [
    ...clockBrake(situation),
    ...staleBrake(newest, situation),
    ...crashBrake(situation),
    ...damagedBrake(situation),
    ...serverBrake(real),
    ...halfBrake(newestFirst, situation),
  ];
}

/**
 * The newest backup whose server differs from that of the backup before it, unless the user accepted it or a later one;
 * undefined: all are of one server. Imported ones are of none. `newestFirst`: without backups whose date cannot be true.
 */
export function serverChange(
  newestFirst: readonly RetentionBackup[],
): { newer: RetentionBackup; older: RetentionBackup } | undefined {
  let newer: RetentionBackup | undefined;
  for (const backup of newestFirst) {
    if (!backup.imported) {
      if (newer !== undefined && differs(newer.database, backup.database)) return { newer, older: backup };
      newer = backup;
    }
    if (backup.accepted) return undefined;
  }
  return undefined;
}

const NO_GOOD_BACKUP: Brake = {
  brake: 'no-good-backup',
  text: 'no backup is known to be good, so none is deleted',
  hint: 'make a new backup first',
};

/** A clock that is ahead lets backups expire too early; one that is behind, only too late. */
function clockBrake({ now, storageNow = now }: Situation): Brake[] {
  if (now <= storageNow + CLOCK_TOLERANCE_MS) return [];
  const ahead = formatDuration(now - storageNow);
  return [
    {
      brake: 'clock-ahead',
      text: `the clock of this machine is ${ahead} ahead of the storage's, so no backup is deleted`,
      hint: 'correct the clock that is wrong (NTP)',
    },
  ];
}

function staleBrake(newest: RetentionBackup, { settings: { keepDays = 0 }, now }: Situation): Brake[] {
  if (keepDays === 0 || newest.startedAt > now - keepDays * DAY_MS) return [];
  const age = numberOf(Math.floor((now - newest.startedAt) / DAY_MS), 'day');
  return [
    {
      brake: 'stale',
      text: `the newest good backup '${newest.label}' is ${age} old, so none is deleted`,
      hint: 'find out why no backup was made since, and make one first',
    },
  ];
}

function crashBrake({ crashedRun }: Situation): Brake[] {
  if (crashedRun === undefined) return [];
  return [
    {
      brake: 'crashed-run',
      text: `the last run '${crashedRun}' did not finish, so no backup is deleted`,
      hint: 'make a backup that succeeds first',
    },
  ];
}

function damagedBrake({ damagedNewest }: Situation): Brake[] {
  if (damagedNewest === undefined) return [];
  return [
    {
      brake: 'damaged-newest',
      text: `'${damagedNewest}' is newer than the newest good backup and cannot be read or trusted, so none is deleted`,
      hint: 'find out what happened to it, and make a new backup first',
    },
  ];
}

function serverBrake(real: readonly RetentionBackup[]): Brake[] {
  const change = serverChange(real);
  if (change === undefined) return [];
  const { newer, older } = change;
  return [
    {
      brake: 'other-server',
      text: `'${newer.label}' is of ${describeSource(newer.database)}, '${older.label}' of ${describeSource(older.database)}, so none is deleted`,
      hint: `give ${say.option('acceptNewServer')} once if the new server continues with the same data, or another name with ${say.option('name')} if not`,
    },
  ];
}

function halfBrake(all: readonly RetentionBackup[], { doomed, force }: Situation): Brake[] {
  if (force || doomed.size * 2 <= all.length) return [];
  return [
    {
      brake: 'too-many',
      text: `${doomed.size} of ${all.length} backups would be deleted at once, so none is deleted`,
      hint: `look at the plan with ${say.command('prune', { dryRun: 'true' })}, then run ${say.command('prune', { force: 'true' })}`,
    },
  ];
}

/** Identifiers are compared only if both could be read. */
function differs(a: DatabaseIdentity, b: DatabaseIdentity): boolean {
  const bothKnown = a.systemIdentifier !== null && b.systemIdentifier !== null;
  return (bothKnown && a.systemIdentifier !== b.systemIdentifier) || a.host !== b.host || a.name !== b.name;
}
