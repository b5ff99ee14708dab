import type {
  BackupPartResult,
  BackupResult,
  CatResult,
  CheckItem,
  CheckResult,
  CopyResult,
  DiffResult,
  ExportResult,
  KeygenResult,
  ListResult,
  LogResult,
  PinResult,
  PreviewResult,
  PruneResult,
  RekeyResult,
  RestorePartResult,
  RestorePlan,
  RestoreResult,
  SetupClientResult,
  SetupRoleResult,
  ShowResult,
  StatusResult,
  UndoSwapResult,
  VerifyResult,
} from '@postgres-backuper/core';
import type { Anomaly, ReportResult } from '@postgres-backuper/history';
import type { LegacyBackup, LegacyGlobalsResult, LegacyRestoreResult } from '@postgres-backuper/legacy';
import type { CommandName } from '@postgres-backuper/options';
import type { CommandDocument, ErrorText } from './host.ts';
import type { StartSetting } from './start.ts';

/** One result for each name in each repository. */
interface OfRepositories<Result> {
  readonly repositories: readonly Result[];
  /** Why some are missing or bad, where there are several reasons. */
  readonly problems?: readonly string[];
}

/** The state of a name, and when its repository will be full. */
export type WatchedName = StatusResult & {
  /** Null: the storage does not report its free space, or not all names can be read. */
  readonly forecast: {
    /** ISO 8601; null: not within `horizonDays`. */
    readonly fullAt: string | null;
    readonly daysUntilFull: number | null;
    readonly horizonDays: number;
  } | null;
};

/** A backup that was made now. */
export type MadeBackup = BackupResult & {
  /** How it differs from the last ones of its name; empty: not much. */
  readonly anomalies: readonly Anomaly[];
  /** Why the command of --after failed; null: it did not, or there was none. */
  readonly afterProblem: string | null;
};

export interface BackupsResult {
  readonly backups: readonly MadeBackup[];
  /** Databases whose newest backup is young enough. */
  readonly skipped: readonly string[];
  readonly failures: readonly { readonly database: string; readonly error: ErrorText }[];
  /** What this job read of the backup of another one; absent: it made a backup. */
  readonly part?: BackupPartResult;
  readonly problems?: readonly string[];
}

export type VerifiedRepository = VerifyResult & { readonly location: string; readonly name: string };

/** What was made for a first backup on a system, and what a person sets there. */
export interface InitResult {
  readonly system: string;
  /** Those that were written, from the current folder. */
  readonly files: readonly string[];
  /** Null: there was a public key already. */
  readonly keys: KeygenResult | null;
  readonly publicKeyFile: string;
  readonly settings: readonly StartSetting[];
  readonly next: readonly string[];
  /** Null: no server or no repository is set here, so nothing could be looked at. */
  readonly problems: number | null;
}

/** What an S3 bucket and the keys to it need for a repository. */
export interface SetupBucketResult {
  readonly location: string;
  /** In Amazon's language, for a key of each job. */
  readonly policies: readonly { readonly job: string; readonly policy: PolicyDocument }[];
  /** Null: nothing was asked to be changed. */
  readonly applied: SetUpBucket | null;
}

interface PolicyDocument {
  readonly Version: string;
  readonly Statement: readonly {
    readonly Sid: string;
    readonly Effect: string;
    readonly Action: readonly string[];
    readonly Resource: readonly string[];
    readonly Condition?: { readonly StringLike: { readonly 's3:prefix': readonly string[] } };
  }[];
}

interface SetUpBucket {
  /** It was missing, and was made. */
  readonly created: boolean;
  readonly versioning: 'on already' | 'turned on';
  /** The lifecycle rule of this repository. */
  readonly rule: 'added' | 'replaced' | 'kept';
  readonly ruleId: string;
  /** How long what was deleted or replaced can still be brought back. */
  readonly noncurrentDays: number;
  /** Lifecycle rules of others, all kept. */
  readonly otherRules: number;
  /** Warnings and facts about the bucket; a fact has no hint. */
  readonly remarks: readonly { readonly text: string; readonly hint?: string }[];
}

export interface NotifyResult {
  readonly services: readonly SentTo[];
}

interface SentTo {
  /** Its name and host, e.g. `Slack at hooks.slack.com`. */
  readonly service: string;
  readonly ok: boolean;
  readonly problem?: string | undefined;
}

/** The kinds of results. Each describes its fields in `fields`, and has a text for a terminal. */
export interface ResultKinds {
  readonly backup: BackupsResult;
  readonly restore: RestoreResult;
  /** What one job loaded into the database of another one. */
  readonly 'restored part': RestorePartResult;
  /** What a restore would find. */
  readonly 'planned restore': RestorePlan;
  /** A backup that was looked into. */
  readonly 'previewed backup': PreviewResult;
  /** The restore of a file of pg_dump or pg_dumpall, and of the roles in one. */
  readonly 'restored file': LegacyRestoreResult;
  readonly 'restored globals': LegacyGlobalsResult;
  readonly 'undo-swap': UndoSwapResult;
  readonly list: OfRepositories<ListResult>;
  readonly 'listed files': { readonly files: readonly LegacyBackup[] };
  readonly verify: OfRepositories<VerifiedRepository>;
  readonly prune: OfRepositories<PruneResult>;
  readonly pin: OfRepositories<PinResult & { readonly location: string }>;
  readonly check: CheckResult & { readonly databases: readonly CheckResult['facts'][] };
  readonly status: OfRepositories<WatchedName>;
  readonly log: OfRepositories<LogResult>;
  readonly report: ReportResult;
  readonly keygen: KeygenResult;
  readonly init: InitResult;
  readonly rekey: OfRepositories<RekeyResult>;
  readonly copy: CopyResult;
  readonly export: ExportResult;
  readonly show: ShowResult;
  readonly diff: DiffResult;
  readonly cat: CatResult;
  readonly notify: NotifyResult;
  readonly 'setup-client': SetupClientResult;
  readonly 'setup-role': SetupRoleResult;
  readonly 'setup-bucket': SetupBucketResult;
}

export type ResultKind = keyof ResultKinds;

/** The kinds of results of the commands that have another one than that of their own name. */
interface OtherKinds {
  readonly restore:
    | 'restore'
    | 'restored part'
    | 'planned restore'
    | 'previewed backup'
    | 'restored file'
    | 'restored globals';
  readonly list: 'list' | 'listed files';
  readonly unpin: 'pin';
  readonly import: 'backup';
}

/** The result of each command. */
type Results = {
  readonly [C in CommandName]: ResultKinds[C extends keyof OtherKinds ? OtherKinds[C] : C];
};

export type ResultOf<C extends CommandName> = Results[C];

/** The results of a document, for the commands that hosts show in detail; empty where there is none. */
export interface Told {
  readonly backups: readonly MadeBackup[];
  /** Databases that were restored from a backup or a file. */
  readonly restored: readonly (RestoreResult | LegacyRestoreResult)[];
  readonly verified: readonly VerifiedRepository[];
  readonly pruned: readonly PruneResult[];
  readonly statuses: readonly WatchedName[];
}

/** The results inside a command's document. */
export function toldBy(document: CommandDocument): Told {
  const { command, result } = document;
  return {
    backups: ((command === 'backup' || command === 'import') && result?.backups) || [],
    restored: command === 'restore' && result !== undefined && 'database' in result ? [result] : [],
    verified: (command === 'verify' && result?.repositories) || [],
    pruned: (command === 'prune' && result?.repositories) || [],
    statuses: (command === 'status' && result?.repositories) || [],
  };
}

/** The single problems of a failed command, where there are several. */
export function singleProblems({ result, details }: CommandDocument): readonly string[] {
  if (result !== undefined)
    return ('repositories' in result || 'backups' in result || 'names' in result ? result.problems : undefined) ?? [];
  return typeof details?.problems === 'object' ? details.problems : [];
}

const STATES = { blocks: 'problem', missing: 'warning', note: 'ok' } as const;

/** The items of a check, also of the check that refused a backup, and the findings of a planned restore. */
export function checkItems({ command, result, details }: CommandDocument): readonly CheckItem[] {
  if (command === 'restore' && result !== undefined && 'findings' in result) {
    return result.findings.map(({ severity, kind, what, solution, code }) => ({
      ...{ state: STATES[severity], what: kind, text: what, hint: solution },
      ...(code === undefined ? {} : { code }),
    }));
  }
  return (command === 'check' ? result?.items : undefined) ?? details?.items ?? [];
}

/** The names of the destinations without the backup, and why. */
export function notStored(
  document: CommandDocument,
): readonly { readonly location: string; readonly problem: string }[] {
  const missing = toldBy(document).backups.flatMap(({ destinations }) => destinations.filter((one) => !one.committed));
  return missing.map(({ location, problem }) => ({ location, problem: problem ?? 'unknown reason' }));
}
