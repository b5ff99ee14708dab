import { escapeText, numberOf } from '@postgres-backuper/base';
import type { CheckItem, CheckResult } from '@postgres-backuper/core';
import { paint } from '@postgres-backuper/hosts';

const SIGNS = { ok: ['green', '✓'], warning: ['yellow', '!'], problem: ['red', '✗'] } as const;

/** One line with its sign, and below it the hint. */
export function checkText({ state, what, text, hint }: CheckItem, colours: boolean): string {
  const [style, sign] = SIGNS[state];
  const line = `${paint(colours, style, sign)} ${paint(colours, 'bold', escapeText(what))}  ${escapeText(text)}\n`;
  return hint === undefined ? line : `${line}    ${escapeText(hint)}\n`;
}

/** The end of a check, after all items. */
export function checkedText({ problems, warnings }: Pick<CheckResult, 'problems' | 'warnings'>): string {
  if (problems + warnings === 0) return 'all good\n';
  return `${numberOf(problems, 'problem')}, ${numberOf(warnings, 'warning')}\n`;
}
