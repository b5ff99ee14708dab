import type { CheckItem } from '@postgres-backuper/core';
import { escapeText, paint } from '@postgres-backuper/hosts';

const SIGNS = { ok: ['green', '✓'], warning: ['yellow', '!'], problem: ['red', '✗'] } as const;

/** One line with its sign, and below it the hint. */
export function checkText({ state, what, text, hint }: CheckItem, colours: boolean): string {
  const [style, sign] = SIGNS[state];
  const line = `${paint(colours, style, sign)} ${paint(colours, 'bold', escapeText(what))}  ${escapeText(text)}\n`;
  return hint === undefined ? line : `${line}    ${escapeText(hint)}\n`;
}
