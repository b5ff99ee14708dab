import { type Context, mapConcurrently } from '@postgres-backuper/base';
import type { Commit, Totals, VerificationEnd } from '@postgres-backuper/format';
import {
  describeSource,
  isOtherDatabase,
  listNames,
  planRetention,
  type Repository,
  type RetentionSettings,
  type Survey,
  type SurveyedBackup,
  survey,
  tookMs,
} from '@postgres-backuper/repository';

/** Names read at once: each mostly waits for one or two listings. */
const CONCURRENCY = 4;

export interface ListRequest {
  /** Undefined: every name of the repository. */
  readonly name?: string | undefined;
  /** For the reasons why each backup is kept. */
  readonly retention: RetentionSettings;
}

export interface ListResult {
  readonly location: string;
  /** False: integrity checked, origin not. */
  readonly originChecked: boolean;
  /** Newest first. */
  readonly backups: readonly ListedBackup[];
  /** Commits that cannot be read or trusted. */
  readonly damaged: readonly ListedDamaged[];
}

/** The last verification of a backup. */
export type ListedVerification = VerificationEnd & { readonly ok: boolean; readonly at: string };

export interface ListedBackup {
  readonly name: string;
  readonly label: string;
  readonly database: Commit['database'];
  /** Its database and server, for people, where those of the backup before it differ; else null. */
  readonly newSource: string | null;
  readonly serverVersion: string;
  readonly startedAt: string;
  readonly ageMs: number;
  /** Of an imported backup 0: its file was made long before. */
  readonly durationMs: number;
  /** Made of an old file. */
  readonly imported: boolean;
  readonly type: Commit['type'];
  /** Label of the full on which a differential stands. */
  readonly parent: string | null;
  readonly note: string | null;
  /** Its own expiry; null: the rules of retention decide. */
  readonly expiresAt: string | null;
  /** The part of its full's stored bytes that a differential saved, 0 to 1; null: it is a full, or its full is lost. */
  readonly savedShare: number | null;
  /** Why a differential cannot be restored: what is wrong with its full; else null. */
  readonly fullProblem: string | null;
  readonly totals: Totals;
  readonly encryption: Commit['encryption'];
  readonly warnings: number;
  readonly exclusions: number;
  /** The newest verdict; without one, that of the backup itself, which ends with the level `stored`. */
  readonly verification: ListedVerification;
  readonly pinned: boolean;
  /** What the retention would do with it, and why. */
  readonly retention: { readonly action: 'keep' | 'delete'; readonly reasons: readonly string[] };
}

export interface ListedDamaged {
  readonly name: string;
  readonly label: string;
  readonly problem: string;
  readonly hint: string | null;
}

/** All backups of one name or of the whole repository. Errors: configuration-invalid, those of the storage. */
export async function list(
  { name, retention }: ListRequest,
  { repository }: { readonly repository: Repository },
  { clock, signal }: Context,
): Promise<ListResult> {
  const names = name === undefined ? await listNames(repository, { signal }) : [name];
  const now = clock.now();
  const perName = await mapConcurrently(names, CONCURRENCY, async (each) => {
    const found = await survey({ name: each, signal }, repository);
    return { backups: describeBackups(found, { retention, now }), damaged: describeDamaged(each, found) };
  });
  return {
    location: repository.storage.location,
    originChecked: repository.trusted !== undefined,
    backups: perName
      .flatMap(({ backups }) => backups)
      .sort((a, b) => compare(b.startedAt, a.startedAt) || compare(b.label, a.label)),
    damaged: perName.flatMap(({ damaged }) => damaged),
  };
}

function describeDamaged(name: string, { damaged }: Survey): ListedDamaged[] {
  return damaged.map(({ label, error }) => ({ name, label, problem: error.message, hint: error.hint ?? null }));
}

function describeBackups(
  { backups }: Survey,
  { retention, now }: { retention: RetentionSettings; now: number },
): ListedBackup[] {
  const plan = planRetention({ backups, settings: retention, now, force: false });
  const decisions = new Map(plan.decisions.map(({ label, action, reasons }) => [label, { action, reasons }]));
  const byLabel = new Map(backups.map((backup) => [backup.label, backup]));
  let before: SurveyedBackup | undefined;
  return backups.map((backup) => {
    const changed = newSource(backup, before);
    if (!backup.imported) before = backup;
    const decision = decisions.get(backup.label) ?? { action: 'keep', reasons: [] };
    const savedShare = savedOf(backup, byLabel.get(backup.parent ?? ''));
    return { ...describe(backup, now), savedShare, newSource: changed, retention: decision };
  });
}

function savedOf({ commit }: SurveyedBackup, full: SurveyedBackup | undefined): number | null {
  const whole = full?.commit.totals.storedBytes ?? 0;
  return whole === 0 ? null : Math.max(0, 1 - commit.totals.storedBytes / whole);
}

function describe(
  { commit, verification, imported, pinned, startedAt, parent, fullFlaw }: SurveyedBackup,
  now: number,
): Omit<ListedBackup, 'retention' | 'newSource' | 'savedShare'> {
  const { name, label, database, serverVersion, totals, encryption, warnings, exclusions } = commit;
  const { note = null, expiresAt = null } = commit;
  return {
    ...{ name, label, database, serverVersion, totals, encryption, warnings, exclusions, imported, pinned },
    ...{ type: commit.type, parent, note, expiresAt, fullProblem: fullFlaw?.why ?? null },
    startedAt: commit.startedAt,
    ageMs: now - startedAt,
    durationMs: tookMs(commit),
    verification: { ...verification, at: new Date(verification.at).toISOString() },
  };
}

function newSource({ commit, imported }: SurveyedBackup, before: SurveyedBackup | undefined): string | null {
  if (imported || before === undefined || !isOtherDatabase(commit.database, before.commit.database)) return null;
  return describeSource(commit.database);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
