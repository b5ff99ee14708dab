import { BackuperError, type ErrorCode, type ProgramEnd, programError, say } from '@postgres-backuper/base';
import { tidy } from '../session/connect-error.ts';
import { meaningOfLines } from '../session/server-words.ts';

/** Messages of a failed pg_dump and their meaning, for when the server gave no reason. First match wins. */
const MEANINGS: readonly (readonly [RegExp, ErrorCode, string])[] = [
  [
    /could not obtain lock on relation/,
    'lock-unavailable',
    'another session asked for an exclusive lock (a migration?): try again when it is done',
  ],
  [
    /permission denied for/,
    'privilege-missing',
    `run ${say.command('check')} for the list of missing privileges and the GRANTs`,
  ],
  [
    /query was: LOCK TABLE|canceling statement due to lock timeout/i,
    'lock-unavailable',
    `a table stayed locked for longer than ${say.option('lockTimeout')} allows: try again when the other session is done`,
  ],
  [
    /row-level security/,
    'row-security',
    'give the role BYPASSRLS: ALTER ROLE … BYPASSRLS; otherwise rows would be missing',
  ],
  [
    /server version mismatch/,
    'program-missing',
    `give ${say.option('installClient')}: it brings client programs of the server's version`,
  ],
  [
    /no matching (tables|schemas|extensions) were found/,
    'selection-empty',
    `check ${say.given('schema')} and ${say.given('table')}`,
  ],
];

/** Progress lines of `--verbose`: they hold names of the user and no reason of a failure. */
const PROGRESS = /^\S*pg_dump: (?!error|fatal|detail|hint|warning|query was)/i;

/** The error for a pg_dump that did not end with status 0. */
export function dumpError(ended: ProgramEnd): BackuperError {
  const lines = ended.stderr.split('\n').filter((text) => !PROGRESS.test(text));
  const end = { ...ended, stderr: lines.join('\n') };
  return (
    serverError(withoutQueries(lines)) ??
    ownError(lines) ??
    new BackuperError('dump-failed', programError(end).message, {
      hint: 'nothing was committed: mend the cause and run the backup again',
    })
  );
}

/** pg_dump prints a failed statement after its reason, on several lines; it holds names of the user. */
function withoutQueries(lines: readonly string[]): readonly string[] {
  let isQuery = false;
  return lines.filter((line) => {
    if (/^\S*pg_dump: /.test(line)) isQuery = /^\S*pg_dump: (detail: )?(query|command) was: /i.test(line);
    return !isQuery;
  });
}

function serverError(lines: readonly string[]): BackuperError | undefined {
  const found = meaningOfLines(lines);
  if (found === undefined) return undefined;
  // the checks before the dump have logged in with the same password
  const hint = found.code === 'login-failed' ? EXPIRED : found.hint;
  return new BackuperError(found.code, tidy(found.line).slice(0, SHOWN), { hint });
}

const EXPIRED =
  'the role could log in when the run began: see whether its password has expired (VALID UNTIL) or was changed';
const SHOWN = 500;

function ownError(lines: readonly string[]): BackuperError | undefined {
  for (const [pattern, code, hint] of MEANINGS) {
    const line = lines.find((text) => pattern.test(text));
    if (line !== undefined) return new BackuperError(code, explain(line, lines), { hint });
  }
  return undefined;
}

/** The reason stands before `Query was: …`, which would name every table. */
function explain(line: string, lines: readonly string[]): string {
  const reason = /query was/i.test(line) ? lines.find((text) => /error:/.test(text)) : line;
  return tidy(reason ?? line).slice(0, SHOWN);
}
