import type { CommandEnd } from './host.ts';
import { checkItems, notStored } from './results.ts';
import { isSkipped } from './skipped.ts';
import { sourceText } from './source-text.ts';

/** Why a command did not succeed, as lines for people; empty for success and for skipped. */
export function problemTexts({ document, problems }: CommandEnd): readonly string[] {
  const { command, exit, error } = document;
  if (error !== undefined) {
    const single = problems.filter((text) => !error.message.includes(text));
    return [error.message, ...single, ...[error.hint, sourceText(document)].filter((text) => text !== undefined)];
  }
  if (exit === 0 || isSkipped(exit)) return [];
  const found = checkItems(document).filter(({ state }) => state === 'problem');
  const texts = found.map(({ what, text, hint }) => `${what}: ${text}${hint === undefined ? '' : `: ${hint}`}`);
  const lost = notStored(document).map(({ location, problem }) => `not in ${location}: ${problem}`);
  return [...texts, ...lost, `${command} ended with exit status ${exit}`];
}
