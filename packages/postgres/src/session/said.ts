import { refusalInEnglish } from './refusals.ts';

/** Names between known words of a message: a name may hold quotes and any words. */
const NAMED = [
  /\b(database|role|user|service|relation|snapshot) ".*" (does not exist|is not permitted|is not currently|not found)/,
  /\b(for (?:user|database|role)) ".*"()$/,
  /\b((?:entry|connection) for host) ".*"(, \S+ encryption)/,
  /\b(contents of table) ".*" (failed)/,
] as const;
/** Since version 11 these names have no quotes. */
const UNQUOTED =
  /\b(permission denied for (?:large object|foreign server|materialized view|foreign-data wrapper|(?!database)\w+)) .*/;

/**
 * A line of a program's output without names: a table may be called "SSL certificate", a database `a "b"`. A refusal of
 * a session is translated into English.
 */
export function withoutNames(line: string): string {
  const refusal = refusalInEnglish(line);
  if (refusal !== undefined) return refusal;
  const named = NAMED.find((pattern) => pattern.test(line));
  const text = named === undefined ? line : line.replace(named, '$1 "" $2');
  return text.replace(UNQUOTED, '$1').replaceAll(/"[^"]*"/g, '""');
}

/** Splits into messages, one a line, even if a name holds a line feed. */
export function messagesOf(stderr: string): readonly string[] {
  return stderr
    .replaceAll(/ "[^"]*\n[\s\S]*?" (?=does not exist|is not )/g, (name) => name.replaceAll('\n', ' '))
    .split('\n');
}

/** Makes psql print SQLSTATEs: texts are in the language of the server. */
export const WITH_SQLSTATE = '--set=VERBOSITY=verbose';

export interface FailedStatement {
  readonly sqlState: string;
  /** In the language of the server. */
  readonly message: string;
  /** What the server adds, e.g. the key that is there already. */
  readonly detail?: string;
  /** Source file of PostgreSQL or of an extension that raised it; undefined where psql does not print it in English. */
  readonly file?: string;
}

/** The first failed statement in the standard error of a psql with WITH_SQLSTATE; skips notices and warnings. */
export function failedStatement(stderr: string): FailedStatement | undefined {
  const found = /^(?:psql:\S+ )?[^\s:][^:\n]{0,30}: {1,2}(?!0[012])([0-9A-Z]{5}): (.*)$/m.exec(stderr);
  if (found === null) return undefined;
  const [{ length }, sqlState = '', message = ''] = found;
  const detail = /^\nDETAIL: {1,2}(.*)/.exec(stderr.slice(found.index + length))?.[1];
  const file = LOCATION.exec(stderr)?.[1];
  return { sqlState, message, ...(detail === undefined ? {} : { detail }), ...(file === undefined ? {} : { file }) };
}

/** The last one: a message may hold such lines. */
const LOCATION = /^LOCATION: {1,2}(?:\S+, )?(\S+):\d+$(?![\s\S]*^LOCATION: )/m;
