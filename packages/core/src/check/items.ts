import { type BackuperError, type ErrorCode, isBackuperError, toBackuperError } from '@postgres-backuper/base';

/** One thing that was looked at. Texts are lower case and never hold a secret. */
export interface CheckItem {
  /** `warning`: a backup can be made, but something is worth knowing or could not be looked at. */
  readonly state: 'ok' | 'warning' | 'problem';
  /** What was looked at, e.g. `connection`; several destinations add theirs: `repository s3://b/p`. */
  readonly what: string;
  readonly text: string;
  /** One sentence: what to do. */
  readonly hint?: string | undefined;
  /** Of a problem: the error with which a backup would end. */
  readonly code?: ErrorCode;
  /** It could not be looked at, because something before it failed. */
  readonly undecided?: true;
}

/** Takes items as they become known. */
export interface Findings {
  readonly items: readonly CheckItem[];
  ok(what: string, text: string): void;
  warning(what: string, text: string, hint?: string): void;
  problem(what: string, error: BackuperError): void;
  /** For what cannot be known because something before it failed. */
  undecided(what: string, because: string): void;
}

export function createFindings(onItem: (item: CheckItem) => void = () => undefined): Findings {
  const items: CheckItem[] = [];
  const add = (item: CheckItem): void => {
    items.push(item);
    onItem(item);
  };
  return {
    items,
    ok: (what, text) => add({ state: 'ok', what, text }),
    warning: (what, text, hint) => add({ state: 'warning', what, text, hint }),
    problem: (what, { code, message, hint }) => add({ state: 'problem', what, text: message, code, hint }),
    undecided: (what, because) =>
      add({ state: 'warning', what, text: `not checked, because ${because}`, undecided: true }),
  };
}

/** Runs `look` and turns its error into a problem; a cancelled run goes on as an error. Undefined after a problem. */
export async function looked<Result>(
  findings: Findings,
  what: string,
  look: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await look();
  } catch (error) {
    if (isBackuperError(error, 'cancelled')) throw error;
    findings.problem(what, toBackuperError(error));
    return undefined;
  }
}
