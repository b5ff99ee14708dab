import { BackuperError, type Clock, type Context, say } from '@postgres-backuper/base';
import { matchesLabel, parseLabel } from '@postgres-backuper/format';
import type { Repository } from '../repository.ts';
import type { CallOptions } from '../storage/storage.ts';
import { type Backup, type Backups, listBackups } from './commits.ts';
import { nearest } from './nearest.ts';
import { isUsable, newestUsable, type PassedOver } from './newest.ts';
import { noBackup } from './no-backup.ts';
import { readCommitIfThere } from './read-commit.ts';
import { type Survey, survey } from './survey.ts';

/** Which backup is requested. `at`: the newest one whose snapshot is not later, milliseconds since 1970. */
export type Target = { readonly label: string } | { readonly latest: true } | { readonly at: number };

/** A prune deletes few backups: a search for the newest one rarely meets a deletion five times. */
export const TRIES = 5;

/**
 * The requested backup; its commit is read from the storage itself, not from a cache. `latest` and `at` select usable
 * backups, and continue with the next one when a prune deletes the first. Errors: label-unknown (with the
 * nearest label), label-ambiguous, backup-none, the error of a damaged backup asked for by its label, those of the storage.
 */
export async function findBackup(
  request: { readonly name: string; readonly target: Target } & CallOptions,
  repository: Repository,
  clock: Pick<Clock, 'now'>,
): Promise<FoundBackup> {
  const { name, target, signal } = request;
  const options = { fresh: true, signal };
  for (let tries = 1; ; tries += 1) {
    const found = await choose(request, repository, clock);
    const commit = await readCommitIfThere({ name, label: found.label }, repository, options);
    if (commit !== undefined) return { ...found, commit };
    if ('label' in target || tries === TRIES) throw deletedMeanwhile(found.label);
  }
}

async function choose(
  { name, target, signal }: { readonly name: string; readonly target: Target } & CallOptions,
  repository: Repository,
  clock: Pick<Clock, 'now'>,
): Promise<FoundBackup> {
  const options = { signal };
  if (!('label' in target)) {
    const found = await survey({ name, ...options }, repository);
    if (found.backups.length + found.damaged.length === 0) throw await noBackup(name, repository, options);
    return newest(found, { name, target, now: clock.now() });
  }
  const listed = await listBackups({ name, ...options }, repository);
  if (listed.backups.length + listed.damaged.length === 0) {
    const { hint = '' } = await noBackup(name, repository, options);
    const text = `'${name}' has no backup${shownLabel(target.label)}: it has none at all`;
    throw new BackuperError('label-unknown', text, { hint });
  }
  return { ...selectBackup({ name, label: target.label }, listed), passedOver: [] };
}

/** The error for a backup that was deleted after it was listed: backup-none. */
export function deletedMeanwhile(label: string): BackuperError {
  return new BackuperError('backup-none', `backup '${label}' was deleted while it was looked at`, {
    hint: `${say.command('list')} shows what is there`,
  });
}

export interface FoundBackup extends Backup {
  /** Newer backups that were skipped, newest first: for `latest` and `at`. */
  readonly passedOver: readonly PassedOver[];
}

type Listed = Pick<Backups, 'backups' | 'damaged'>;

/** The backup of a label, from an earlier listing. Errors: as findBackup. */
export function selectBackup(
  { name, label }: { readonly name: string; readonly label: string },
  found: Listed,
): Backup {
  return byLabel(name, { wanted: label, found });
}

/**
 * The label of the newest usable backup other than this damaged one and its differentials; undefined if there is none.
 * Errors: those of the storage.
 */
export async function nextUsable(
  { name, label }: { readonly name: string; readonly label: string },
  repository: Repository,
  { clock, signal }: Pick<Context, 'clock' | 'signal'>,
): Promise<string | undefined> {
  const found = await survey({ name, signal }, repository);
  const others = { ...found, backups: found.backups.filter((one) => one.label !== label && one.parent !== label) };
  return newestUsable(others, { now: clock.now() }).usable?.label;
}

function byLabel(name: string, { wanted, found }: { wanted: string; found: Listed }): Backup {
  const all = [...found.backups, ...found.damaged];
  const exact = all.filter(({ label }) => label === wanted);
  const matches = exact.length > 0 ? exact : all.filter(({ label }) => matchesLabel(label, wanted));
  const [match, second] = matches;
  if (match === undefined) throw unknownLabel(name, { wanted, labels: all.map(({ label }) => label) });
  if (second !== undefined) {
    throw new BackuperError('label-ambiguous', `'${wanted}' may be ${quoted(matches.map(({ label }) => label))}`, {
      hint: 'give the whole label',
    });
  }
  if ('error' in match) throw match.error;
  return match;
}

function newest(
  found: Survey,
  { name, target, now }: { name: string; target: Exclude<Target, { label: string }>; now: number },
): FoundBackup {
  const until = 'at' in target ? target.at : undefined;
  const { usable, passedOver } = newestUsable(found, { now, until });
  if (usable !== undefined) return { ...usable, passedOver };
  const [oldest] = found.backups.filter((backup) => isUsable(backup, now));
  if (oldest !== undefined && until !== undefined) {
    throw new BackuperError('backup-none', `'${name}' has no backup as old as ${new Date(until).toISOString()}`, {
      hint: `the oldest is '${oldest.label}'`,
    });
  }
  const [bad] = passedOver;
  throw new BackuperError('backup-none', `'${name}' has no usable backup`, {
    hint: bad === undefined ? `make one with ${say.command('backup')}` : `'${bad.label}' does not count: ${bad.why}`,
  });
}

function unknownLabel(name: string, { wanted, labels }: { wanted: string; labels: readonly string[] }): BackuperError {
  const [only] = labels;
  if (only === undefined) {
    return new BackuperError('label-unknown', `'${name}' has no backup${shownLabel(wanted)}: it has none at all`, {
      hint: `${say.command('list')} shows all names and backups`,
    });
  }
  const near = nearest(wanted, labels, distance) ?? only;
  return new BackuperError('label-unknown', `'${name}' has no backup${shownLabel(wanted)}`, {
    hint: `did you mean '${near}'?`,
  });
}

/** Only a text that looks like a label: any other may be a secret. */
function shownLabel(wanted: string): string {
  return /^(backup_)?[\da-f_]{1,32}$/.test(wanted) ? ` '${wanted}'` : ' of that label';
}

/** Labels are near when their times are near; other texts when they look alike. */
function distance(wanted: string): ((label: string) => number) | undefined {
  const time = parseLabel(wanted) ?? parseLabel(`${wanted}_000000`);
  if (time === undefined) return undefined;
  return (label) => Math.abs((parseLabel(label)?.startedAt ?? 0) - time.startedAt);
}

function quoted(labels: readonly string[]): string {
  return labels.map((label) => `'${label}'`).join(' or ');
}
