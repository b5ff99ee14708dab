import { type BackuperError, type ErrorCode, isBackuperError, toBackuperError } from '@postgres-backuper/base';

/** The result of one check. Texts are lower case and never contain a secret. */
export interface CheckItem {
  /** `warning`: a backup can be made, but something is worth knowing or could not be checked. */
  readonly state: 'ok' | 'warning' | 'problem';
  /** What was checked, e.g. `connection`; with several destinations also the location: `repository s3://b/p`. */
  readonly what: string;
  readonly text: string;
  /** One sentence: what to do. */
  readonly hint?: string | undefined;
  /** Of a problem: the error with which a backup would end. */
  readonly code?: ErrorCode;
  /** It could not be checked, because an earlier check failed. */
  readonly undecided?: true;
}

/** Collects items as they become known. */
export interface Findings {
  readonly items: readonly CheckItem[];
  ok(what: string, text: string): void;
  warning(what: string, text: string, hint?: string): void;
  problem(what: string, error: BackuperError): void;
  /** Adds an item that cannot be checked because an earlier check failed. */
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

/** Runs `look` and turns its error into a problem; rethrows `cancelled`. Returns undefined after a problem. */
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
