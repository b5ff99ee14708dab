/**
 * The kinds of errors, each with the exit status of the command (docs/exit-status.md):
 * `failed`; `user`: settings, keys or rights must change; `damage`: stored data were altered or are missing;
 * `partial`: a part of the work is done; `hook`: a command of the user's did not let the work begin;
 * `temporary`: a retry may succeed; `skipped`: there was nothing to do.
 */
export const EXIT_STATUSES = {
  failed: 1,
  user: 2,
  damage: 3,
  partial: 4,
  hook: 5,
  temporary: 75,
  skipped: 99,
  cancelled: 130,
} as const satisfies Record<string, number>;

export type ErrorKind = keyof typeof EXIT_STATUSES;

/** One line per way to fail, with its kind. Exit status, retries and what counts as damage of a backup follow from the kind alone. */
export const ERRORS = {
  // what the user asked for
  'usage-invalid': 'user',
  'command-unknown': 'user',
  'option-unknown': 'user',
  'configuration-invalid': 'user',
  'platform-unsupported': 'user',
  'machine-full': 'failed',
  skipped: 'skipped',
  cancelled: 'cancelled',
  stalled: 'temporary',
  'time-over': 'temporary',
  // PostgreSQL
  'program-missing': 'user',
  'program-outdated': 'user',
  'program-failed': 'failed',
  'server-unreachable': 'temporary',
  'server-unavailable': 'temporary',
  'server-ambiguous': 'user',
  'server-damaged': 'failed',
  'server-full': 'failed',
  'server-older': 'user',
  'server-tls': 'user',
  'host-unknown': 'user',
  'tunnel-refused': 'user',
  'tunnel-failed': 'temporary',
  'lock-table-full': 'user',
  'time-limit': 'user',
  'transaction-conflict': 'temporary',
  'value-too-large': 'failed',
  'login-failed': 'user',
  'password-unavailable': 'temporary',
  'database-missing': 'user',
  'database-closed': 'user',
  'database-exists': 'user',
  'database-not-empty': 'user',
  'database-in-use': 'user',
  'connection-failed': 'temporary',
  'pooler-unsuitable': 'user',
  'privilege-missing': 'user',
  'row-security': 'user',
  'lock-unavailable': 'temporary',
  'yielded-to-migration': 'temporary',
  'statement-failed': 'failed',
  'dump-failed': 'failed',
  'dump-incomplete': 'failed',
  'unchanged-differs': 'failed',
  'holder-gone': 'temporary',
  'parts-missing': 'temporary',
  'selection-empty': 'user',
  'script-refused': 'user',
  'role-missing': 'user',
  'tablespace-missing': 'user',
  'extension-missing': 'user',
  'restore-failed': 'failed',
  'restore-incomplete': 'partial',
  'rows-missing': 'failed',
  'transform-failed': 'failed',
  'assertion-failed': 'failed',
  'drill-degraded': 'failed',
  'drill-inconclusive': 'user',
  'rekey-incomplete': 'partial',
  'nothing-to-resume': 'user',
  'nothing-to-undo': 'user',
  'restore-differs': 'damage',
  'check-failed': 'user',
  // storage
  'storage-unreachable': 'temporary',
  'storage-unavailable': 'temporary',
  'storage-denied': 'user',
  'storage-credentials': 'user',
  'storage-host-key': 'user',
  'storage-clock': 'user',
  'storage-tls': 'user',
  'storage-unsafe': 'user',
  'storage-unmounted': 'user',
  'storage-full': 'failed',
  'storage-failed': 'failed',
  'bucket-missing': 'user',
  'object-missing': 'damage',
  'object-exists': 'failed',
  'object-too-large': 'damage',
  // OpenPGP
  'key-missing': 'user',
  'key-invalid': 'user',
  'key-expired': 'user',
  'key-wrong': 'user',
  'passphrase-missing': 'user',
  'passphrase-wrong': 'user',
  'message-altered': 'damage',
  'signature-missing': 'damage',
  'signature-invalid': 'damage',
  // repository
  'label-unknown': 'user',
  'label-ambiguous': 'user',
  'commit-unknown': 'temporary',
  'objects-removed': 'temporary',
  'record-ignored': 'temporary',
  'backup-none': 'failed',
  'backup-exists': 'user',
  'backup-stale': 'failed',
  'newest-damaged': 'failed',
  'commit-invalid': 'damage',
  'catalog-invalid': 'damage',
  'full-missing': 'damage',
  'object-altered': 'damage',
  'verification-failed': 'damage',
  'anomaly-found': 'damage',
  'prune-refused': 'failed',
  'notification-failed': 'failed',
  'metrics-not-pushed': 'failed',
  'telemetry-not-sent': 'failed',
  'partly-done': 'partial',
  'hook-failed': 'hook',
  internal: 'failed',
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

export interface ErrorOptions {
  /** One sentence that tells the user what to do. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
  /** The result so far, for `--json` and the result file. */
  readonly result?: unknown;
}

/**
 * The only error that leaves a package. `message` is lower case, values stand in single quotes, and neither it nor
 * `hint` ever holds a secret, a connection URI or a foreign error object that might.
 */
export class BackuperError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly result: unknown;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'BackuperError';
    this.code = code;
    this.hint = options.hint;
    this.result = options.result;
  }

  get kind(): ErrorKind {
    return ERRORS[this.code];
  }

  /** Exit status of a command that ends with this error. */
  get exitStatus(): number {
    return EXIT_STATUSES[this.kind];
  }
}

export function isBackuperError(error: unknown, ...codes: readonly ErrorCode[]): error is BackuperError {
  return error instanceof BackuperError && (codes.length === 0 || codes.includes(error.code));
}

/** Whether it is a BackuperError of that kind. */
export function isOfKind(error: unknown, kind: ErrorKind): error is BackuperError {
  return error instanceof BackuperError && error.kind === kind;
}

/** Puts failures first that no retry can mend; keeps the order otherwise. The first decides the exit status. */
export function lastingFirst<Failure>(
  failures: readonly Failure[],
  kindOf: (failure: Failure) => ErrorKind,
): readonly Failure[] {
  const passes = (failure: Failure): boolean => kindOf(failure) === 'temporary';
  return [...failures.filter((one) => !passes(one)), ...failures.filter(passes)];
}

/** What the operating system refuses anybody who reaches a limit, and what to do: no defect. */
const LIMITS_OF_MACHINE: { readonly [errno: string]: string } = {
  ENOSPC: 'free some space on this machine, also where TMPDIR leads (without it /tmp)',
  EDQUOT: 'free some space on this machine, also where TMPDIR leads (without it /tmp)',
  EMFILE: 'raise the limit of open files (ulimit -n) for this process',
  ENFILE: 'raise the limit of open files (ulimit -n) for this process',
};

/** Any thrown value as a BackuperError: an unforeseen one becomes `internal`, a cancelled signal `cancelled`. */
export function toBackuperError(error: unknown): BackuperError {
  if (error instanceof BackuperError) return error;
  if (error instanceof Error && error.name === 'AbortError') return new BackuperError('cancelled', 'cancelled');
  const message = error instanceof Error ? error.message : String(error);
  const limit = LIMITS_OF_MACHINE[(error as { readonly code?: string } | undefined)?.code ?? ''];
  if (limit !== undefined) return new BackuperError('machine-full', message, { hint: limit, cause: error });
  return new BackuperError('internal', message, {
    hint: 'this is a defect: please report it with the command and this message',
    cause: error,
  });
}
