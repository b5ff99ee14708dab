import { formatBytes, formatDuration, numberOf } from '@postgres-backuper/base';
import type { CheckItem, ListedBackup, ListResult, RestorePartResult, RestoreResult } from '@postgres-backuper/core';
import type { LegacyGlobalsResult } from '@postgres-backuper/legacy';
import type { DocumentOf } from '../host.ts';
import { lackingIn, metText } from '../lacking.ts';
import { loadedText, restoredPartText } from '../part-texts.ts';
import { checkItems } from '../results.ts';
import { lackingTable } from './lacking-table.ts';
import { code, plain, table } from './markdown.ts';
import { provenTables } from './proven-tables.ts';

/** Most backups that are listed: the size of a summary is limited. */
const MOST = 200;

/** The new database and what it holds, or the roles that were made. */
export function restoreSummary({ result }: DocumentOf<'restore'>): string {
  if (result === undefined) return '';
  if ('roles' in result) return globalsSummary(result);
  if ('indexes' in result) return restoredPartSummary(result);
  if (!('database' in result)) return ''; // a plan, a look into a backup
  const { database, durationMs } = result;
  const what = 'label' in result ? code(result.label) : 'The file';
  const proven = 'label' in result ? `: ${result.originChecked ? 'integrity and origin' : 'integrity'} checked` : '';
  const leftOut = 'label' in result ? result.leftOut : result.leftOut.map((one) => `${one.what}, line ${one.line}`);
  const warnings = leftOut.map((one) => `- ⚠️ ${plain(one)}\n`).join('');
  const created = 'createdRoles' in result ? result.createdRoles.map(code) : [];
  const roles = created.length === 0 ? '' : `Roles created: ${created.join(', ')}.\n`;
  const files = 'transformed' in result ? result.transformed.map(code) : [];
  const changed = files.length === 0 ? '' : `Rows changed by ${files.join(', ')}.\n`;
  const met = 'assertions' in result ? metText(result.assertions) : '';
  const lacking = 'objects' in result ? lackingIn(result) : [];
  const but = lacking.length === 0 ? '' : ', but not whole';
  const isAdded = 'rows' in result || 'intoSchema' in result;
  const done =
    isAdded && 'label' in result ? addedText(what, result) : `${what} is now the database **${plain(database)}**`;
  const text = `${done} in ${formatDuration(durationMs)}${but}${proven}. No other database was touched.\n${roles}${changed}${met}${warnings}`;
  const tables = 'tables' in result ? result.tables : [];
  const workers = 'parts' in result ? (result.parts ?? []) : [];
  const parts = [
    text,
    workers.map((one) => `- ${plain(restoredPartText(one))}\n`).join(''),
    lacking.length === 0 ? '' : lackingTable(lacking),
    tables.length === 0 ? '' : provenTables(tables, { proof: restoredProof }),
  ];
  return parts.filter(Boolean).join('\n');
}

function restoredPartSummary(result: RestorePartResult): string {
  return `Into the database **${plain(result.into)}**, which another job makes from ${code(result.label)}: ${plain(loadedText(result))}.\n`;
}

/** What a database that existed has got. */
function addedText(what: string, { database, rows, intoSchema }: RestoreResult): string {
  const where = intoSchema === undefined ? '' : `, schema ${code(intoSchema)}`;
  const place = `the database **${plain(database)}**${where}`;
  if (rows === undefined) return `Tables of ${what} are in ${place},`;
  return `The rows of ${what} are in ${place}, ${rows === 'replaced' ? 'in place of' : 'beside'} those that were there,`;
}

function globalsSummary({ roles, tablespaces, leftOut }: LegacyGlobalsResult): string {
  const made = `${numberOf(roles.length, 'role')} and ${numberOf(tablespaces.length, 'tablespace')} made`;
  return `${made}${leftOut === 0 ? '' : `, ${numberOf(leftOut, 'statement')} left out: about what exists, or drops`}.\n`;
}

function restoredProof({ proof }: RestoreResult['tables'][number]): string {
  return proof === 'counted' ? 'same bytes sent, rows counted by the server' : plain(String(proof));
}

const SIGNS = { ok: '✅', warning: '⚠️', problem: '❌' } as const;

/** What was looked at, the worst first. */
export function checkSummary({ result }: DocumentOf<'check'>): string {
  return result === undefined ? '' : itemsTable(result.items);
}

/** What a restore would find, what stops it first. */
export function plannedSummary(document: DocumentOf<'restore'>): string {
  const { result } = document;
  if (result === undefined || !('findings' in result)) return '';
  const { label, into, serverVersion } = result;
  const head = `${code(label)} was not restored: this is the plan for the database **${plain(into)}** on PostgreSQL ${plain(serverVersion)}. Nothing was changed.`;
  return `${head}\n\n${itemsTable(checkItems(document))}`;
}

function itemsTable(items: readonly CheckItem[]): string {
  const rank = ({ state }: CheckItem): number => ['problem', 'warning', 'ok'].indexOf(state);
  const rows = [...items]
    .sort((a, b) => rank(a) - rank(b))
    .map(({ state, what, text, hint }) => [SIGNS[state], plain(what), plain(text), plain(hint ?? '')]);
  const titles = ['', 'What', 'Found', 'What to do'];
  return table(
    titles.map((title) => ({ title })),
    rows,
  );
}

/** The backups of each repository, newest first. */
export function listSummary({ result }: DocumentOf<'list'>): string {
  if (result === undefined || 'files' in result) return '';
  return result.repositories.map(listedRepository).join('\n');
}

function listedRepository({ location, backups, damaged, originChecked }: ListResult): string {
  const rows = backups
    .slice(0, MOST)
    .map((one) => [
      code(one.label),
      plain(one.name),
      formatDuration(Math.max(0, one.ageMs)),
      formatBytes(one.totals.rawBytes),
      formatBytes(one.totals.storedBytes),
      listedVerification(one.verification),
      `${typeText(one)}${noteText(one)}${one.retention.action === 'keep' ? '' : 'expires: '}${plain(one.retention.reasons.join(', '))}${sourceText(one)}`,
    ]);
  const titles = ['Label', 'Name', 'Age', 'Raw', 'Stored', 'Verified', 'Kept because'];
  const bad = damaged.map(({ label, problem }) => `- ❌ ${code(label)}: ${plain(problem)}\n`).join('');
  const origin = originChecked ? 'origin checked' : 'integrity checked, origin not';
  const more = backups.length > MOST ? `${numberOf(backups.length - MOST, 'older backup')} not shown.\n` : '';
  const columns = titles.map((title) => ({ title }));
  const head = `${numberOf(backups.length, 'backup')} in ${plain(location)} (${origin}).\n`;
  return [head, backups.length === 0 ? '' : table(columns, rows), more, bad].filter(Boolean).join('\n');
}

function listedVerification({ level, ok, verdict }: ListedBackup['verification']): string {
  const sign = !ok ? '❌' : verdict === 'degraded' ? '⚠️' : '✅';
  return `${sign} ${plain(level)}${!ok || verdict === 'ok' ? '' : `: ${verdict.replace('-', ' ')}`}`;
}

function typeText({ type, fullProblem }: ListedBackup): string {
  if (fullProblem !== null) return `❌ ${plain(fullProblem)}; `;
  return type === 'full' ? '' : 'differential; ';
}

function noteText({ note }: ListedBackup): string {
  return note === null ? '' : `${plain(note)}; `;
}

function sourceText({ newSource }: ListedBackup): string {
  return newSource === null ? '' : `; ⚠️ now of ${plain(newSource)}`;
}

/** Where the client programs are. */
export function clientSummary({ result }: DocumentOf<'setup-client'>): string {
  if (result === undefined) return '';
  const { binDir, version, installed } = result;
  const how = installed ? 'installed now' : 'was there already';
  return `PostgreSQL ${plain(version)} in ${plain(binDir)} (${how}).\n`;
}
