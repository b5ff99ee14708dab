import { escapeText, formatBytes, formatCount, numberOf } from '@postgres-backuper/base';
import type { DiffResult } from '@postgres-backuper/core';
import { paint, type Style } from '@postgres-backuper/hosts';
import { tableText } from './table.ts';

type Change = DiffResult['tables'][number]['change'];
type Line = readonly [change: Change, text: string];

const SIGNS: Readonly<Record<Change, readonly [sign: string, style: Style]>> = {
  new: ['+', 'green'],
  gone: ['-', 'red'],
  changed: ['~', 'yellow'],
  same: [' ', 'dim'],
  unknown: ['?', 'yellow'],
};

/** What differs, a line each: `+` new, `-` gone, `~` changed, `?` not known. */
export function diffText(result: DiffResult, colours: boolean): string {
  const { before, after, differs, tables, database } = result;
  const signed = (change: Change, text: string): string => {
    const [sign, style] = SIGNS[change];
    return paint(colours, style, `${sign} ${text}`);
  };
  const part = (title: string, lines: readonly Line[]): string =>
    lines.length === 0
      ? ''
      : `\n${title}\n${lines.map(([change, text]) => `  ${signed(change, escapeText(text))}\n`).join('')}`;
  const changed = tables.filter(({ change }) => change !== 'same');
  const unknown = changed.filter(({ change }) => change === 'unknown').length;
  const rows = changed.map((table) => tableRow(table, signed));
  return [
    `- ${sideText(before)}\n+ ${sideText(after)}\n`,
    rows.length === 0 ? '' : `\n${tableText(COLUMNS, rows)}`,
    part('objects', objectLines(result)),
    part('extensions', extensionLines(result)),
    part(
      'roles',
      result.roles.map(({ change, name }): Line => [change, name]),
    ),
    part(
      'database',
      database.map((name): Line => ['changed', name]),
    ),
    versionNote(result),
    unknown > 0 ? UNKNOWN_NOTE : '',
    differs
      ? `\n${formatCount(changed.length - unknown)} of ${numberOf(tables.length, 'table')} differ${unknownText(unknown)}\n`
      : `\nno difference: ${numberOf(tables.length, 'table')} with the same rows, the same definitions\n`,
  ].join('');
}

const UNKNOWN_NOTE =
  '\n?: as many rows and bytes, but several jobs read it in other slices: whether its rows differ is not known\n';

function unknownText(count: number): string {
  return count === 0 ? '' : `, of ${formatCount(count)} it is not known`;
}

const COLUMNS = [
  { title: 'table' },
  { title: 'rows', right: true },
  { title: 'was', right: true },
  { title: 'size', right: true },
  { title: 'was', right: true },
  { title: 'columns' },
] as const;

function tableRow(
  { schema, table, change, before, after, newColumns, goneColumns }: DiffResult['tables'][number],
  signed: (change: Change, text: string) => string,
): readonly string[] {
  const columns = [...newColumns.map((name) => `+ ${name}`), ...goneColumns.map((name) => `- ${name}`)];
  return [
    signed(change, escapeText(`${schema}.${table}`)),
    after === null ? '' : formatCount(after.rows),
    before === null ? '' : formatCount(before.rows),
    after === null ? '' : formatBytes(after.bytes),
    before === null ? '' : formatBytes(before.bytes),
    columns.map(escapeText).join(', '),
  ];
}

function objectLines({ objects }: DiffResult): readonly Line[] {
  return objects.map(({ change, kind, schema, name }) => [
    change,
    `${kind} ${schema === '' ? name : `${schema}.${name}`}`,
  ]);
}

function extensionLines({ extensions }: DiffResult): readonly Line[] {
  return extensions.map(({ change, name, before, after }) => [
    change,
    `${name} ${[before, after].filter((version) => version !== null).join(' → ')}`,
  ]);
}

function sideText({ label, name, startedAt, database, serverVersion }: DiffResult['before']): string {
  return escapeText(`${label}  ${startedAt}  '${name}', database '${database}', PostgreSQL ${serverVersion}`);
}

/** Another pg_dump may write the same object otherwise. */
function versionNote({ before, after }: DiffResult): string {
  const [old, now] = [before, after].map(({ pgDumpVersion }) => pgDumpVersion.split(/[ .]/)[0]);
  return old === now ? '' : `\npg_dump ${old} and ${now} may write the same definition differently\n`;
}
