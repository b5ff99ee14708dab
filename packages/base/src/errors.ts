/** One line per way to fail: exit status (docs/exit-status.md) of the whole command when this error ends it. 75 means "try again later". */
export const ERRORS = {
  // what the user asked for
  'usage-invalid': { exit: 2 },
  'command-unknown': { exit: 2 },
  'option-unknown': { exit: 2 },
  'configuration-invalid': { exit: 2 },
  'platform-unsupported': { exit: 2 },
  skipped: { exit: 99 },
  cancelled: { exit: 130 },
  stalled: { exit: 75 },
  'time-over': { exit: 75 },
  // PostgreSQL
  'program-missing': { exit: 2 },
  'program-outdated': { exit: 2 },
  'program-failed': { exit: 1 },
  'server-unreachable': { exit: 75 },
  'server-unavailable': { exit: 75 },
  'server-ambiguous': { exit: 2 },
  'server-damaged': { exit: 1 },
  'server-full': { exit: 1 },
  'server-tls': { exit: 2 },
  'host-unknown': { exit: 2 },
  'lock-table-full': { exit: 2 },
  'time-limit': { exit: 2 },
  'transaction-conflict': { exit: 75 },
  'value-too-large': { exit: 1 },
  'login-failed': { exit: 2 },
  'database-missing': { exit: 2 },
  'database-closed': { exit: 2 },
  'database-exists': { exit: 2 },
  'connection-failed': { exit: 75 },
  'pooler-unsuitable': { exit: 2 },
  'privilege-missing': { exit: 2 },
  'row-security': { exit: 2 },
  'lock-unavailable': { exit: 75 },
  'yielded-to-migration': { exit: 75 },
  'statement-failed': { exit: 1 },
  'dump-failed': { exit: 1 },
  'dump-incomplete': { exit: 1 },
  'selection-empty': { exit: 2 },
  'script-refused': { exit: 2 },
  'role-missing': { exit: 2 },
  'tablespace-missing': { exit: 2 },
  'extension-missing': { exit: 2 },
  'restore-failed': { exit: 1 },
  'restore-differs': { exit: 3 },
  'check-failed': { exit: 2 },
  // storage
  'storage-unreachable': { exit: 75 },
  'storage-unavailable': { exit: 75 },
  'storage-denied': { exit: 2 },
  'storage-credentials': { exit: 2 },
  'storage-clock': { exit: 2 },
  'storage-tls': { exit: 2 },
  'storage-unsafe': { exit: 2 },
  'storage-full': { exit: 1 },
  'storage-failed': { exit: 1 },
  'bucket-missing': { exit: 2 },
  'object-missing': { exit: 3 },
  'object-exists': { exit: 1 },
  'object-too-large': { exit: 3 },
  // OpenPGP
  'key-missing': { exit: 2 },
  'key-invalid': { exit: 2 },
  'key-expired': { exit: 2 },
  'key-wrong': { exit: 2 },
  'passphrase-missing': { exit: 2 },
  'passphrase-wrong': { exit: 2 },
  'message-altered': { exit: 3 },
  'signature-missing': { exit: 3 },
  'signature-invalid': { exit: 3 },
  // repository
  'label-unknown': { exit: 2 },
  'label-ambiguous': { exit: 2 },
  'commit-unknown': { exit: 75 },
  'objects-removed': { exit: 75 },
  'record-ignored': { exit: 75 },
  'backup-none': { exit: 1 },
  'backup-stale': { exit: 1 },
  'newest-damaged': { exit: 1 },
  'commit-invalid': { exit: 3 },
  'catalog-invalid': { exit: 3 },
  'object-altered': { exit: 3 },
  'verification-failed': { exit: 3 },
  'prune-refused': { exit: 1 },
  'partly-done': { exit: 4 },
  internal: { exit: 1 },
} as const satisfies Record<string, { exit: number }>;

export type ErrorCode = keyof typeof ERRORS;

export interface ErrorOptions {
  /** One sentence that tells the user what to do. */
  readonly hint?: string;
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

  /** Exit status of a command that ends with this error. */
  get exitStatus(): number {
    return ERRORS[this.code].exit;
  }
}

export function isBackuperError(error: unknown, ...codes: readonly ErrorCode[]): error is BackuperError {
  return error instanceof BackuperError && (codes.length === 0 || codes.includes(error.code));
}

/** Any thrown value as ours: what was not foreseen becomes `internal`, a cancelled signal `cancelled`. */
export function toBackuperError(error: unknown): BackuperError {
  if (error instanceof BackuperError) return error;
  if (error instanceof Error && error.name === 'AbortError') return new BackuperError('cancelled', 'cancelled');
  const message = error instanceof Error ? error.message : String(error);
  return new BackuperError('internal', message, {
    hint: 'this is a defect: please report it with the command and this message',
    cause: error,
  });
}
