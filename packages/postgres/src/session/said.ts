import { refusalInEnglish } from './refusals.ts';

/** Where a name stands between words that are known: it may hold quotes, and any words. */
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
 * A line of a program's without what people named: a table may be called "SSL certificate", a database `a "b"`. A
 * refusal of a session is in English afterwards.
 */
export function withoutNames(line: string): string {
  const refusal = refusalInEnglish(line);
  if (refusal !== undefined) return refusal;
  const named = NAMED.find((pattern) => pattern.test(line));
  const text = named === undefined ? line : line.replace(named, '$1 "" $2');
  return text.replace(UNQUOTED, '$1').replaceAll(/"[^"]*"/g, '""');
}

/** Names with line feeds: what belongs to one message comes into one line. */
export function messagesOf(stderr: string): readonly string[] {
  return stderr
    .replaceAll(/ "[^"]*\n[\s\S]*?" (?=does not exist|is not )/g, (name) => name.replaceAll('\n', ' '))
    .split('\n');
}

/** Lets psql tell SQLSTATEs: texts are in the language of the server. */
export const WITH_SQLSTATE = '--set=VERBOSITY=verbose';

export interface FailedStatement {
  readonly sqlState: string;
  /** In the language of the server. */
  readonly message: string;
}

/** The first statement that failed, from the standard error of a psql with WITH_SQLSTATE; notices and warnings are none. */
export function failedStatement(stderr: string): FailedStatement | undefined {
  const found = /^(?:psql:\S+ )?[^\s:][^:\n]{0,30}: {1,2}(?!0[012])([0-9A-Z]{5}): (.*)$/m.exec(stderr);
  return found === null ? undefined : { sqlState: found[1] ?? '', message: found[2] ?? '' };
}
