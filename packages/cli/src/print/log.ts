import { escapeText, numberOf } from '@postgres-backuper/base';
import type { LogResult } from '@postgres-backuper/core';
import { paint } from '@postgres-backuper/hosts';
import { wrapText } from './wrap.ts';

interface Look {
  readonly colours: boolean;
  /** Most characters of a line, for which lines are broken between words; unset: they are not. */
  readonly width?: number | undefined;
}

const INDENT = '    ';

/** Newest first: when, what, of which backup and by whom; indented below it why, and the job. */
export function logText(
  { name, location, entries, older }: LogResult,
  { colours, width = Number.POSITIVE_INFINITY }: Look,
): string {
  const place = escapeText(`'${name}' in ${location}`);
  if (entries.length === 0) return `nothing is recorded of ${place}\n`;
  const lines = entries.flatMap((entry) => [
    ...headLines(entry, { colours, width }),
    ...textsOf(entry)
      .flatMap((text) => wrapText(escapeText(text), width - INDENT.length))
      .map((text) => paint(colours, 'dim', `${INDENT}${text}`)),
  ]);
  const more = older === 0 ? '' : `, and ${older} older`;
  const end = wrapText(`${numberOf(entries.length, 'record')} of ${place}${more}`, width);
  return [...lines, ...end].map((line) => `${line}\n`).join('');
}

function headLines(
  entry: LogResult['entries'][number],
  { colours, width }: { readonly colours: boolean; readonly width: number },
): readonly string[] {
  const { at, kind, labels, user, machine } = entry;
  const when = `${at.slice(0, 19).replace('T', ' ')}Z`;
  const [only] = labels;
  const backup = labels.length > 1 ? numberOf(labels.length, 'backup') : only;
  const by = [user, machine].filter((one) => one !== null).join('@');
  const parts = [when, kind, backup ?? '', by === '' ? '' : `by ${by}`].filter(Boolean).map(escapeText);
  const [first = '', ...more] = wrapText(parts.join(' '), width - INDENT.length);
  const shown = kind.endsWith('-failed') ? first.replace(kind, (word) => paint(colours, 'red', word)) : first;
  return [shown, ...more.map((line) => `${INDENT}${line}`)];
}

function textsOf({ labels, texts, job, signed }: LogResult['entries'][number]): readonly string[] {
  const own = texts.map((text) => (labels.length === 1 ? text.replace(`${labels[0]}: `, '') : text));
  const unsigned = signed === false ? ['not signed by the trusted key'] : [];
  return [...own, ...unsigned, ...(job === null ? [] : [job])];
}
