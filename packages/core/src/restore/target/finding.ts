import { BackuperError, type Emit, type ErrorCode, numberOf } from '@postgres-backuper/base';

export type FindingKind =
  | 'program'
  | 'server'
  | 'version'
  | 'database'
  | 'privilege'
  | 'role'
  | 'owner'
  | 'tablespace'
  | 'extension'
  | 'library'
  | 'encoding'
  | 'locale'
  | 'setting'
  | 'object'
  | 'comment'
  | 'security-label'
  | 'grant'
  | 'connections'
  | 'size'
  | 'space';

/** What a look at the server says of a restore, before anything is changed. Texts are lower case and hold no secret. */
export interface Finding {
  readonly kind: FindingKind;
  /** `blocks`: the restore ends before it begins; `missing`: the new database will lack it; `note`: worth knowing. */
  readonly severity: 'blocks' | 'missing' | 'note';
  readonly what: string;
  /** What to do: a command, or an option. */
  readonly solution?: string | undefined;
  /** Of one that blocks: the error with which a restore ends. */
  readonly code?: ErrorCode;
  /** All names of which `what` has the first ones. */
  readonly names?: readonly string[];
}

export function isBlocking({ severity }: Finding): boolean {
  return severity === 'blocks';
}

/** One error of everything that blocks; the first decides its code. Undefined if nothing does. */
export function blockingError(findings: readonly Finding[]): BackuperError | undefined {
  const blocking = findings.filter(isBlocking);
  const [first, ...others] = blocking;
  if (first === undefined) return undefined;
  const code = first.code ?? 'restore-failed';
  if (others.length === 0) return new BackuperError(code, first.what, { hint: first.solution, result: { findings } });
  const problems = blocking.map(({ what, solution }) => (solution === undefined ? what : `${what}: ${solution}`));
  const message = `${numberOf(blocking.length, 'thing')} must change before this restore: ${blocking.map(({ what }) => what).join('; ')}`;
  return new BackuperError(code, message, { result: { findings, problems } });
}

/** Reports at the start of a restore what the new database will lack. The size is only for a plan. */
export function tellFindings(findings: readonly Finding[], emit: Emit): void {
  for (const { severity, kind, what: text, solution: hint } of findings) {
    if (severity === 'missing') emit({ type: 'warning', text, hint });
    else if (severity === 'note' && kind !== 'size' && kind !== 'space') emit({ type: 'notice', text });
  }
}

/** Most names in one text. */
const MOST_NAMES = 12;

/** `'a', 'b' and 3 more`, by name: a backup has its tables by size, which changes from one backup to the next. */
export function listed(names: readonly string[]): string {
  const shown = names
    .toSorted()
    .slice(0, MOST_NAMES)
    .map((name) => `'${name}'`);
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}
