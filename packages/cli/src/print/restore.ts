import { escapeText, formatBytes, formatCount, formatDuration, numberOf } from '@postgres-backuper/base';
import type { RestorePartResult, RestoreResult } from '@postgres-backuper/core';
import { lackingIn, lackingText, loadedText, metText, paint, restoredPartText } from '@postgres-backuper/hosts';
import type { LegacyGlobalsResult, LegacyRestoreResult } from '@postgres-backuper/legacy';
import { tableText } from './table.ts';

/** Rows of every table in the backup and in the new database. `file` lists all that is not restored. */
export function restoreText(result: RestoreResult, colours: boolean, file = 'the result'): string {
  const rows = result.tables.map(({ schema, table, rows: restored, expectedRows, bytes }) => [
    escapeText(`${schema}.${table}`),
    formatCount(expectedRows),
    formatCount(restored),
    formatBytes(bytes),
    restored === expectedRows ? paint(colours, 'green', '✓') : paint(colours, 'red', '✗'),
  ]);
  const columns = [
    { title: 'table' },
    { title: 'backup', right: true },
    { title: 'restored', right: true },
    { title: 'size', right: true },
    { title: '' },
  ] as const;
  const origin = result.originChecked ? 'integrity and origin checked' : 'integrity checked, origin not';
  const name = paint(colours, 'bold', `'${escapeText(result.database)}'`);
  const leftOut = result.leftOut.map((text) => `${paint(colours, 'yellow', '!')} ${escapeText(text)}\n`).join('');
  const lacking = lackingLines(result, colours, file);
  const sign = lacking === '' ? paint(colours, 'green', '✓') : paint(colours, 'yellow', '!');
  const but = butText(result);
  const met = metText(result.assertions);
  const changed = result.transformed.map((file) => `rows changed by '${escapeText(file)}'\n`).join('');
  const roles = result.createdRoles.map((role) => `+ role '${escapeText(role)}' created\n`).join('');
  const parts = (result.parts ?? []).map((one) => `  ${escapeText(restoredPartText(one))}\n`).join('');
  return `${tableText(columns, rows)}${parts}${roles}${changed}${met}${leftOut}${lacking}${sign} ${restoredText(result, name)} in ${formatDuration(result.durationMs)}${but}: ${origin}\n${oldText(result)}`;
}

/** What this job loaded into the database of another one. */
export function restorePartText(result: RestorePartResult, colours: boolean): string {
  const sign = paint(colours, 'green', '✓');
  const name = paint(colours, 'bold', `'${escapeText(result.into)}'`);
  return `${sign} ${result.label} into ${name}, which another job makes: ${loadedText(result)}\n`;
}

function butText({ notLoaded, objects, assertions }: RestoreResult): string {
  if (notLoaded.length + objects.length > 0) return ', but not whole';
  return assertions.every(({ ok }) => ok) ? '' : ', but not as asserted';
}

function oldText({ replaced, oldDropped }: RestoreResult): string {
  if (replaced === undefined) return '';
  const now = oldDropped === true ? 'was dropped' : `is now '${escapeText(replaced)}'`;
  return `the database that it replaced ${now}\n`;
}

function restoredText({ label, rows, intoSchema }: RestoreResult, name: string): string {
  const where = intoSchema === undefined ? name : `the schema '${escapeText(intoSchema)}' of ${name}`;
  if (rows !== undefined)
    return `the rows of ${label} are in ${where}, ${rows === 'replaced' ? 'in place of' : 'beside'} those that were there,`;
  return intoSchema === undefined ? `${label} is restored as ${where}` : `tables of ${label} are in ${where},`;
}

/** Most objects that are listed. */
const MOST = 40;

/** What is not there as it was, each with its reason. */
function lackingLines(result: RestoreResult, colours: boolean, file: string): string {
  const sign = paint(colours, 'red', '✗');
  const all = lackingIn(result).map((one) => `${sign} ${escapeText(lackingText(one))}\n`);
  const more = all.length - MOST;
  return [...all.slice(0, MOST), more > 0 ? `${sign} and ${more} more in ${escapeText(file)}\n` : ''].join('');
}

/** The result of loading a file of the original scripts. */
export function legacyRestoreText(result: LegacyRestoreResult, colours: boolean): string {
  const { source, database, bytes, durationMs } = result;
  const name = paint(colours, 'bold', `'${escapeText(database)}'`);
  const size = `${formatBytes(bytes)} of SQL in ${formatDuration(durationMs)}`;
  return `${paint(colours, 'green', '✓')} ${escapeText(source)} is loaded as ${name}: ${size}; it holds no hash to compare with\n`;
}

/** The result of loading the roles of a file of pg_dumpall. */
export function legacyGlobalsText(result: LegacyGlobalsResult, colours: boolean): string {
  const { source, roles, tablespaces, leftOut } = result;
  const made = `${numberOf(roles.length, 'role')}, ${numberOf(tablespaces.length, 'tablespace')} made`;
  const kept = leftOut === 0 ? '' : `; ${numberOf(leftOut, 'statement')} left out: about what exists, or drops`;
  return `${paint(colours, 'green', '✓')} ${escapeText(source)}: ${made}${kept}\n`;
}
