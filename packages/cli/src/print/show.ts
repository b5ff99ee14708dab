import { escapeText, formatBytes, formatCount, numberOf } from '@postgres-backuper/base';
import type { ShowResult } from '@postgres-backuper/core';
import { paint } from '@postgres-backuper/hosts';
import { say } from '@postgres-backuper/options';
import { encryptedFor } from './encrypted-for.ts';
import { tableText } from './table.ts';

/** Tables in a text, unless all are asked for. */
const TABLES_SHOWN = 50;

/** The tables, largest first, below what else the backup holds. `all`: however many tables there are. */
export function showText(result: ShowResult, { colours, all }: { colours: boolean; all: boolean }): string {
  const shown = all ? result.tables : result.tables.slice(0, TABLES_SHOWN);
  const rows = shown.map(({ schema, table, rows, bytes, storedBytes }) => [
    escapeText(`${schema}.${table}`),
    formatCount(rows),
    formatBytes(bytes),
    `~ ${formatBytes(storedBytes)}`,
  ]);
  const rest = result.tables.length - shown.length;
  const more = rest > 0 ? `… and ${numberOf(rest, 'smaller table')}: ${say.option('table', "'*'")} shows all\n` : '';
  const facts = factsOf(result).map(([name, text]) => `${paint(colours, 'dim', name.padEnd(WIDTH))}  ${text}\n`);
  return `${facts.join('')}\n${rows.length === 0 ? '' : tableText(COLUMNS, rows)}${more}`;
}

const COLUMNS = [
  { title: 'table' },
  { title: 'rows', right: true },
  { title: 'size', right: true },
  { title: 'stored', right: true },
] as const;

/** Of the longest name of a fact. */
const WIDTH = 'large objects'.length;

type Fact = readonly [name: string, text: string];

function factsOf(result: ShowResult): readonly Fact[] {
  const { name, label, startedAt, serverVersion, pgDumpVersion, totals, largeObjects } = result;
  const { rows, tables, rawBytes, storedBytes } = totals;
  const origin = result.originChecked ? 'integrity and origin checked' : 'integrity checked, origin not';
  const large = largeObjects && `${formatBytes(largeObjects.bytes)}, stored ~ ${formatBytes(largeObjects.storedBytes)}`;
  return [
    ['backup', `${label} of '${escapeText(name)}', ${startedAt}`],
    ...(result.note === null ? [] : [['note', escapeText(result.note)] as const]),
    ...(result.expiresAt === null ? [] : [['expires', result.expiresAt] as const]),
    ['encrypted for', `${encryptedFor(result.encryption)} (${origin})`],
    ['server', `PostgreSQL ${escapeText(serverVersion)}, pg_dump ${escapeText(pgDumpVersion)}`],
    ...originFacts(result),
    ['contents', `${numberOf(tables, 'table')}, ${numberOf(rows, 'row')}, ${formatBytes(rawBytes)}`],
    ['stored', formatBytes(storedBytes)],
    ...databaseFacts(result),
    ['extensions', listed(result.extensions.map((one) => `${one.name} ${one.version}`))],
    ['roles', `${listed(result.roles.map(roleText))}; ${result.globals ? 'with' : 'without'} their definitions`],
    ['large objects', large ?? 'none'],
    ...configurationFacts(result),
    ...result.exclusions.map((text): Fact => ['left out', escapeText(text)]),
    ...result.warnings.map((text): Fact => ['warning', escapeText(text)]),
  ];
}

function configurationFacts({ configuration }: ShowResult): readonly Fact[] {
  return configuration ? [['configuration', `of the server, to read: ${say.option('json')} shows it`]] : [];
}

function originFacts({ origin }: ShowResult): readonly Fact[] {
  if (origin === null) return [];
  const { file, sizeBytes, sha256, serverVersion } = origin;
  const server = serverVersion === null ? '' : ` of PostgreSQL ${escapeText(serverVersion)}`;
  return [['imported from', `'${escapeText(file)}'${server}, ${formatBytes(sizeBytes)}, SHA-256 ${sha256}`]];
}

function databaseFacts({ database }: ShowResult): readonly Fact[] {
  const { name, owner, encoding, collate, ctype, localeProvider, locale, tablespace, connectionLimit } = database;
  const parts = [
    `'${name}' of ${owner}`,
    encoding,
    `${localeProvider} ${locale ?? [...new Set([collate, ctype])].join(' / ')}`,
    ...(tablespace === 'pg_default' ? [] : [`tablespace ${tablespace}`]),
    ...(connectionLimit < 0 ? [] : [numberOf(connectionLimit, 'connection')]),
  ];
  const settings = database.settings.flatMap(({ role, values }) =>
    values.map((value): Fact => ['setting', escapeText(role === null ? value : `${value} (role ${role})`)]),
  );
  const { comment } = database;
  return [
    ['database', escapeText(parts.join(', '))],
    ...(comment === null ? [] : [['comment', escapeText(comment)] as const]),
    ...settings,
  ];
}

function roleText({ name, uses }: ShowResult['roles'][number]): string {
  return `${name} (${uses.join(', ')})`;
}

function listed(texts: readonly string[]): string {
  return texts.length === 0 ? 'none' : texts.map(escapeText).join(', ');
}
