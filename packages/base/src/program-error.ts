import { BackuperError } from './errors.ts';
import type { ProgramEnd } from './process.ts';

/** The statement that a client program prints after its error: it can have many lines and is not the reason. */
const SHOWN_STATEMENT = /^(?:\S+: )?(?:error: |detail: )?(?:query|command) was: .*(?:\n(?!\S+: ).*)*\n?/gim;

/** The error for a program that did not end with status 0. It shows the last error line, else the last line. */
export function programError(end: ProgramEnd): BackuperError {
  const name = end.file.split('/').at(-1);
  const how = end.signal === null ? `ended with status ${end.status}` : `was ended by ${end.signal}`;
  const lines = end.stderr
    .replace(SHOWN_STATEMENT, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const said = lines.findLast((line) => /error|fatal/i.test(line)) ?? lines.at(-1) ?? 'it said nothing';
  return new BackuperError('program-failed', `${name} ${how}: ${said.trim()}`);
}
