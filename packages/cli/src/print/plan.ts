import { escapeText, numberOf } from '@postgres-backuper/base';
import type { Finding, RestorePlan } from '@postgres-backuper/core';
import { paint } from '@postgres-backuper/hosts';

const SIGNS = { blocks: ['red', '✗'], missing: ['yellow', '!'], note: ['green', '·'] } as const;

/** What a restore would find, what stops it first; below each what to do. */
export function planText({ label, into, serverVersion, findings }: RestorePlan, colours: boolean): string {
  const lines = findings.map((finding) => findingText(finding, colours));
  const blocking = findings.filter(({ severity }) => severity === 'blocks').length;
  const missing = findings.filter(({ severity }) => severity === 'missing').length;
  const where = `'${escapeText(into)}' on PostgreSQL ${escapeText(serverVersion)}`;
  const lacks = missing === 0 ? '' : `; ${numberOf(missing, 'line')} above would be missing there`;
  const end =
    blocking === 0
      ? `${paint(colours, 'green', '✓')} ${label} can be restored as ${where}${lacks}; nothing was changed\n`
      : `${paint(colours, 'red', '✗')} ${label} cannot be restored as ${where}: ${numberOf(blocking, 'thing')} must change first; nothing was changed\n`;
  return `${lines.join('')}${end}`;
}

function findingText({ severity, kind, what, solution }: Finding, colours: boolean): string {
  const [style, sign] = SIGNS[severity];
  const line = `${paint(colours, style, sign)} ${paint(colours, 'bold', kind)}  ${escapeText(what)}\n`;
  return solution === undefined ? line : `${line}    ${escapeText(solution)}\n`;
}
