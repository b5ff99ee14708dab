import type { Context } from '@postgres-backuper/base';
import { type Happened, type Repository, readLog } from '@postgres-backuper/repository';

/** The commands that leave something in the log. */
type LoggedCommand =
  | 'backup'
  | 'prune'
  | 'pin'
  | 'unpin'
  | 'verify'
  | 'restore'
  | 'export'
  | 'import'
  | 'copy'
  | 'rekey';

export interface LogRequest {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** What these commands did; empty: all. */
  readonly commands: readonly LoggedCommand[];
  /** Most entries, the newest. */
  readonly limit: number;
}

export interface LogResult {
  readonly name: string;
  readonly location: string;
  /** Newest first. */
  readonly entries: readonly LoggedEntry[];
  /** Older entries that the limit left out. */
  readonly older: number;
}

export interface LoggedEntry {
  /** ISO 8601, by the clock of who wrote it. */
  readonly at: string;
  /** `deleted`, `restored`, `verify-content-ok`, …; later versions may know others. */
  readonly kind: string;
  /** The backups that it is about. */
  readonly labels: readonly string[];
  /** What was done and why, a sentence each. */
  readonly texts: readonly string[];
  /** The account that started the job, or that ran the program; null: unknown. */
  readonly user: string | null;
  readonly machine: string | null;
  /** The page of the job; null: unknown, or there was none. */
  readonly job: string | null;
  /** Whether the trusted signer signed it; null: there is no trusted signer. */
  readonly signed: boolean | null;
}

/** What was done to the backups of a name, when, why and by whom, as it was recorded. Errors: those of the storage. */
export async function log(
  { name, since, commands, limit }: LogRequest,
  { repository }: { readonly repository: Repository },
  { signal }: Context,
): Promise<LogResult> {
  const wanted = (kind: string): boolean => {
    const command = kind.startsWith('verify-') ? 'verify' : COMMAND_OF[kind];
    return !INNER.includes(kind) && (commands.length === 0 || (command !== undefined && commands.includes(command)));
  };
  const { entries, older } = await readLog({ name, since, wanted, limit, signal }, repository);
  return { name, location: repository.storage.location, entries: entries.map(describe), older };
}

function describe({ at, kind, labels, texts, by, signed }: Happened): LoggedEntry {
  const { user = null, machine = null, job = null } = by;
  return { at: new Date(at).toISOString(), kind, labels, texts, user, machine, job, signed };
}

/** What runs say to each other. */
const INNER: readonly string[] = ['heartbeat', 'prune-begun'];

/** The command that leaves this kind; undefined: one of a later version. */
const COMMAND_OF: Readonly<Record<string, LoggedCommand | undefined>> = {
  deleted: 'prune',
  restored: 'restore',
  exported: 'export',
  imported: 'import',
  copied: 'copy',
  rekeyed: 'rekey',
  pin: 'pin',
  unpin: 'unpin',
  'accept-new-server': 'prune',
  'backup-failed': 'backup',
};
