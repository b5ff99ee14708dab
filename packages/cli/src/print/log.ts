import { escapeText, numberOf } from '@postgres-backuper/base';
import type { LogResult } from '@postgres-backuper/core';
import { paint } from '@postgres-backuper/hosts';
import { tableText } from './table.ts';

const COLUMNS = [
  { title: 'when (UTC)' },
  { title: 'what' },
  { title: 'backup' },
  { title: 'by', spare: 2 },
  { title: 'why' },
] as const;

interface Look {
  readonly colours: boolean;
  /** Most characters of a line; unset: nothing is cut. */
  readonly width?: number | undefined;
}

/** Newest first: a line for each entry, and below it one for each further text and for the job. */
export function logText({ name, location, entries, older }: LogResult, { colours, width }: Look): string {
  const place = escapeText(`'${name}' in ${location}`);
  if (entries.length === 0) return `nothing is recorded of ${place}\n`;
  const rows = entries.flatMap((entry) => rowsOf(entry, colours));
  const more = older === 0 ? '' : `, and ${older} older`;
  return `${tableText(COLUMNS, rows, width)}${numberOf(entries.length, 'record')} of ${place}${more}\n`;
}

function rowsOf(
  { at, kind, labels, texts, user, machine, job, signed }: LogResult['entries'][number],
  colours: boolean,
) {
  const [only] = labels;
  const backup = only === undefined || labels.length > 1 ? numberOf(labels.length, 'backup') : only;
  const own = texts.map((text) => (labels.length === 1 ? text.replace(`${only}: `, '') : text));
  const unsigned = signed === false ? ['not signed by the trusted key'] : [];
  const [why = '', ...further] = [...own, ...unsigned, ...(job === null ? [] : [job])].map(escapeText);
  const by = [user, machine].filter((one) => one !== null).join('@');
  const when = at.slice(0, 19).replace('T', ' ');
  const shown = kind.endsWith('-failed') ? paint(colours, 'red', escapeText(kind)) : escapeText(kind);
  return [
    [when, shown, escapeText(labels.length === 0 ? '' : backup), escapeText(by), why],
    ...further.map((text) => ['', '', '', '', text]),
  ];
}
