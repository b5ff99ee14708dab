import type { CheckResult } from '@postgres-backuper/core';
import type { CommandEnd } from './host.ts';
import { toldBy } from './results.ts';
import { isSkipped } from './skipped.ts';
import { sourceText } from './source-text.ts';

/** Why a command did not succeed, for people, line by line; empty for success and for skipped. */
export function problemTexts({ document, problems }: CommandEnd): readonly string[] {
  const { command, exit, error } = document;
  if (error !== undefined) {
    const single = problems.filter((text) => !error.message.includes(text));
    return [error.message, ...single, ...[error.hint, sourceText(document)].filter((text) => text !== undefined)];
  }
  if (exit === 0 || isSkipped(exit)) return [];
  const missing = toldBy(document).backups.flatMap(({ destinations }) => destinations.filter((one) => !one.committed));
  const items = command === 'check' ? (document.result as Partial<CheckResult>)?.items : undefined;
  const found = (items ?? []).filter(({ state }) => state === 'problem');
  const texts = found.map(({ what, text, hint }) => `${what}: ${text}${hint === undefined ? '' : `: ${hint}`}`);
  const lost = missing.map(({ location, problem }) => `not in ${location}: ${problem ?? 'unknown reason'}`);
  return [...texts, ...lost, `${command} ended with exit status ${exit}`];
}
