import type { LexerState } from './lexer-state.ts';
import { parsePsqlCommand, psqlCommandName } from './psql-command.ts';
import { refused } from './refused.ts';

const NEWLINE = 0x0a;
/** Longer than any name of a database, bytes. */
const COMMAND_MAX_BYTES = 4096;

/** A command of psql: those that pg_dump writes stand between statements. Errors: script-refused for all others. */
export function lexBackslash(state: LexerState): boolean {
  const { bytes, end, at, line, isLast } = state;
  const found = bytes.indexOf(NEWLINE, at);
  const isFound = found >= 0 && found < end;
  if (!isFound && !isLast && end - at < COMMAND_MAX_BYTES) return false;
  const text = bytes.toString('utf8', at, isFound ? found : end);
  const command = state.begin < 0 ? parsePsqlCommand(text) : undefined;
  if (command === undefined) throw refused(`the psql command ${psqlCommandName(text)}`, line);
  if (command.kind === 'connect') state.parts.push({ ...command, line });
  state.at = isFound ? found : end;
  return true;
}
