import { count, fields, listOf, ShapeError, text, time, wrong } from '@postgres-backuper/format';
import type { Anomaly } from './anomalies/anomalies.ts';
import type { Limits } from './anomalies/limits.ts';
import { COMPARED, type TableFigures, tableAnomalies } from './tables.ts';

/** A table of a backup in the file that the host keeps between runs. */
export interface RecordedTable extends TableFigures {
  /** Hexadecimal digits at the beginning of the SHA-256 of its rows: they tell that something changed. */
  readonly hash: string;
}

export interface RecordedBackup {
  readonly label: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly tables: readonly RecordedTable[];
}

interface RecordedName {
  readonly name: string;
  /** Oldest first. */
  readonly backups: readonly RecordedBackup[];
}

/** What the file holds. */
export type TableHistory = readonly RecordedName[];

const FORMAT = 'postgres-backuper table history';
const VERSION = 1;
const HASH_DIGITS = 16;
/** Backups of a name that are kept at least, and at most where more of them must be unchanged to be unusual. */
const KEPT_LEAST = COMPARED + 1;
const KEPT_MOST = 30;
/** With fewer before there is no usual. */
const LEAST = 3;

/** Reads the text of the file. Errors: ShapeError and SyntaxError where it is no such file, or damaged. */
export function parseTableHistory(content: string): TableHistory {
  return FILE(JSON.parse(content), '').names;
}

/** The text of the file: one backup a line. */
export function tableHistoryText(history: TableHistory): string {
  const names = history.map(({ name, backups }) => {
    const lines = backups.map(({ label, startedAt, tables }) =>
      JSON.stringify({ label, startedAt, tables: tables.map((one) => TUPLE.map((field) => one[field])) }),
    );
    return `{"name":${JSON.stringify(name)},"backups":[\n${lines.join(',\n')}\n]}`;
  });
  return `{"format":"${FORMAT}","version":${VERSION},"names":[\n${names.join(',\n')}\n]}\n`;
}

/** Pure: the same history with one more backup of the name, and without the oldest ones. */
export function withRecorded(
  history: TableHistory,
  { name, newest, limits }: { readonly name: string; readonly newest: RecordedBackup; readonly limits: Limits },
): TableHistory {
  const kept = Math.min(KEPT_MOST, Math.max(KEPT_LEAST, limits.unchanged));
  const others = backupsOf(history, name).filter(({ label }) => label !== newest.label);
  const backups = [...others, shortened(newest)].toSorted(byStart).slice(-kept);
  return [...history.filter((one) => one.name !== name), { name, backups }];
}

/**
 * Pure: what is unusual about a backup with the figures of single tables: to `whole`, what is unusual of it as a whole,
 * come its tables, and it is unchanged only if the rows of all tables are. `isGood`: whether the backup of a label counts.
 */
export function withTables(
  whole: readonly Anomaly[],
  newest: RecordedBackup,
  { name, history, limits, isGood }: Comparison,
): readonly Anomaly[] {
  const before = backupsOf(history, name)
    .filter(({ label, startedAt }) => label !== newest.label && startedAt < newest.startedAt && isGood(label))
    .toSorted(byStart);
  const last = [...before, shortened(newest)].slice(-limits.unchanged);
  const hasChanged = last.length > 1 && last.some((one) => fingerprint(one) !== fingerprint(newest));
  const kept = whole.filter(({ kind }) => kind !== 'unchanged' || !hasChanged);
  if (before.length < LEAST) return kept;
  return [...kept, ...tableAnomalies({ newest: newest.tables, before: before.map(({ tables }) => tables) }, limits)];
}

interface Comparison {
  readonly name: string;
  readonly history: TableHistory;
  readonly limits: Limits;
  readonly isGood: (label: string) => boolean;
}

function backupsOf(history: TableHistory, name: string): readonly RecordedBackup[] {
  return history.find((one) => one.name === name)?.backups ?? [];
}

function byStart(a: RecordedBackup, b: RecordedBackup): number {
  return a.startedAt < b.startedAt ? -1 : 1;
}

/** The same for the same rows in the same tables. */
function fingerprint(backup: RecordedBackup): string {
  const tables = shortened(backup).tables.map(({ schema, table, hash }) => JSON.stringify([schema, table, hash]));
  return tables.toSorted().join('\n');
}

function shortened({ label, startedAt, tables }: RecordedBackup): RecordedBackup {
  const short = tables.map(({ schema, table, rows, bytes, hash }) => ({
    ...{ schema, table, rows, bytes },
    hash: hash.slice(0, HASH_DIGITS),
  }));
  return { label, startedAt, tables: short };
}

const TUPLE = ['schema', 'table', 'rows', 'bytes', 'hash'] as const;
const HASH = text({ pattern: /^[0-9a-f]{16}$/ });

function tableTuple(value: unknown, at: string): RecordedTable {
  if (!Array.isArray(value) || value.length !== TUPLE.length) throw wrong(at, 'is not a table');
  const [schema, table, rows, bytes, hash] = value as unknown[];
  return {
    ...{ schema: text()(schema, at), table: text()(table, at) },
    ...{ rows: count(rows, at), bytes: count(bytes, at), hash: HASH(hash, at) },
  };
}

const BACKUP = fields<RecordedBackup>({ label: text(), startedAt: time, tables: listOf(tableTuple) });
const FILE = fields<{ readonly format: string; readonly version: number; readonly names: TableHistory }>({
  format: text({ pattern: new RegExp(`^${FORMAT}$`) }),
  version(value, at) {
    if (value !== VERSION) throw new ShapeError(`field '${at}' is of another version of the program`);
    return VERSION;
  },
  names: listOf(fields<RecordedName>({ name: text(), backups: listOf(BACKUP, { max: KEPT_MOST }) })),
});
