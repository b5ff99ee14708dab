import { BackuperError, type ErrorCode } from '../errors.ts';
import { type ProgramEnd, programError } from '../process.ts';
import { connectError } from './connect-error.ts';

/** What pg_dump says when it fails, and what it means. First match wins. */
const MEANINGS: readonly (readonly [RegExp, ErrorCode, string])[] = [
  [
    /could not obtain lock on relation/,
    'lock-unavailable',
    'another session asked for an exclusive lock (a migration?): try again when it is done',
  ],
  [
    /permission denied for/,
    'privilege-missing',
    "run 'postgres-backuper check' for the list of missing privileges and the GRANTs",
  ],
  [
    /query was: LOCK TABLE|canceling statement due to lock timeout/i,
    'lock-unavailable',
    'a table stayed locked for longer than --lock-timeout: try again when the other session is done',
  ],
  [
    /row-level security/,
    'row-security',
    'give the role BYPASSRLS: ALTER ROLE … BYPASSRLS; otherwise rows would be missing',
  ],
  [
    /server version mismatch/,
    'program-missing',
    "install client programs of the server's version: 'postgres-backuper setup-client'",
  ],
  [/no matching (tables|schemas|extensions) were found/, 'selection-empty', 'check --schema and --table'],
  [
    /invalid client encoding/, // libpq's words for a connection that breaks just then: the name is the server's own
    'server-unavailable',
    'try again when the server is up',
  ],
  [/No space left on device/, 'dump-failed', 'free some space on the server or here'],
];

/** What `--verbose` says of each step and each table: names of the user's, and no reason of a failure. */
const PROGRESS = /^\S*pg_dump: (?!error|fatal|detail|hint|warning|query was)/i;

/** The error for a pg_dump that did not end with status 0. */
export function dumpError(ended: ProgramEnd): BackuperError {
  const lines = ended.stderr.split('\n').filter((text) => !PROGRESS.test(text));
  const end = { ...ended, stderr: lines.join('\n') };
  const error = programError(end);
  for (const [pattern, code, hint] of MEANINGS) {
    const line = lines.find((text) => pattern.test(text));
    if (line !== undefined) return new BackuperError(code, explain(line, end), { hint });
  }
  return (
    connectError(end.stderr) ??
    new BackuperError('dump-failed', error.message, {
      hint: 'nothing was committed: mend the cause and run the backup again',
    })
  );
}

/** The reason stands before `Query was: …`, which would name every table. */
function explain(line: string, end: ProgramEnd): string {
  const reason = /query was/i.test(line) ? end.stderr.split('\n').find((text) => /error:/.test(text)) : line;
  return (reason ?? line)
    .replace(/^\S*pg_dump: /, '')
    .replace(/^error: /, '')
    .trim()
    .slice(0, 500);
}
