import type { CommandDocument } from './host.ts';
import { lackingOf, lackingText } from './lacking.ts';
import { checkItems, notStored, singleProblems } from './results.ts';
import { isSkipped } from './skipped.ts';
import { sourceText } from './source-text.ts';

/** Why a command did not succeed, as lines for people; empty for success and for skipped. */
export function problemTexts(document: CommandDocument): readonly string[] {
  const { command, exit, error } = document;
  if (error !== undefined) {
    return [
      error.message,
      ...unsaidProblems(document),
      ...[error.hint, sourceText(document)].filter((text) => text !== undefined),
    ];
  }
  if (exit === 0 || isSkipped(exit)) return [];
  const found = checkItems(document).filter(({ state }) => state === 'problem');
  const texts = found.map(({ what, text, hint }) => `${what}: ${text}${hint === undefined ? '' : `: ${hint}`}`);
  const lost = notStored(document).map(({ location, problem }) => `not in ${location}: ${problem}`);
  return [...texts, ...lost, `${command} ended with exit status ${exit}`];
}

/** The single problems that the message of the error does not say. */
export function unsaidProblems(document: CommandDocument): readonly string[] {
  const { message = '' } = document.error ?? {};
  return [...singleProblems(document).filter((text) => !message.includes(text)), ...lackingTexts(document)];
}

/** Most that one text for people lists. */
const MOST = 20;

/** What a restore did not bring back. */
function lackingTexts(document: CommandDocument): readonly string[] {
  const all = lackingOf(document).map(lackingText);
  const more = all.length - MOST;
  return more > 1 ? [...all.slice(0, MOST), `and ${more} more: the result lists them`] : all;
}
