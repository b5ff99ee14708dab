import { numberOf } from '@postgres-backuper/base';
import type { Anomaly } from './anomalies/anomalies.ts';
import type { Limits } from './anomalies/limits.ts';
import { median } from './anomalies/median.ts';

/** A table of a backup, as its catalog has it: from there, or from a file that the host keeps between runs. */
export interface TableFigures {
  readonly schema: string;
  readonly table: string;
  readonly rows: number;
  /** Of its rows as COPY text. */
  readonly bytes: number;
}

/** The tables of the newest good backup and of some before it. */
export interface TablesOverTime {
  /** Largest first. */
  readonly newest: readonly TableFigures[];
  /** Of good backups before it, oldest first; at most the last seven count. */
  readonly before: readonly (readonly TableFigures[])[];
}

/** Backups that make up the usual. */
export const COMPARED = 7;
/** A table with fewer rows before is not worth a word. */
const SMALL_ROWS = 1000;

/**
 * Pure: tables that are gone, empty, or have less than a part of their rows, against the median of the backups before.
 * Of rolling partitions, whose names differ in digits, the oldest may go where a new one came. The largest losses first.
 */
export function tableAnomalies({ newest, before: all }: TablesOverTime, { shrink }: Limits): readonly Anomaly[] {
  if (shrink === 0) return [];
  const before = all.slice(-COMPARED);
  const now = new Map(newest.map((one) => [keyOf(one), one.rows]));
  const rolling = newPatterns(newest, before[0] ?? []);
  return usualOf(before)
    .filter(({ rows }) => rows >= SMALL_ROWS)
    .toSorted((a, b) => b.rows - a.rows)
    .flatMap((one): readonly Anomaly[] => {
      const rows = now.get(keyOf(one));
      const name = `the table '${one.schema}.${one.table}'`;
      const had = before.length === 1 ? `it had ${numberOf(one.rows, 'row')}` : `usually ${numberOf(one.rows, 'row')}`;
      if (rows === undefined)
        return rolling.has(patternOf(one)) ? [] : [{ kind: 'table-gone', text: `${name} is gone, ${had}` }];
      if (rows === 0) return [{ kind: 'table-empty', text: `${name} is empty, ${had}` }];
      if (rows >= one.rows * shrink) return [];
      return [{ kind: 'table-smaller', text: `${name} has ${numberOf(rows, 'row')}, ${had}` }];
    });
}

/** Every table of the backups with the median of its rows; where a backup lacks it, it has none. */
function usualOf(before: readonly (readonly TableFigures[])[]): readonly TableFigures[] {
  const all = new Map<string, { readonly one: TableFigures; readonly rows: number[] }>();
  for (const tables of before) {
    for (const one of tables) {
      const known = all.get(keyOf(one)) ?? { one, rows: [] };
      all.set(keyOf(one), known);
      known.rows.push(one.rows);
    }
  }
  return [...all.values()].map(({ one, rows }) => {
    const lacking = Array.from({ length: before.length - rows.length }, () => 0);
    return { ...one, rows: Math.round(median([...rows, ...lacking])) };
  });
}

/** The patterns of the tables that came since. */
function newPatterns(newest: readonly TableFigures[], oldest: readonly TableFigures[]): ReadonlySet<string> {
  const known = new Set(oldest.map(keyOf));
  return new Set(newest.filter((one) => /\d/.test(one.table) && !known.has(keyOf(one))).map(patternOf));
}

function patternOf({ schema, table }: TableFigures): string {
  return JSON.stringify([schema, table.replace(/\d+/g, '#')]);
}

/** How many rows each table had in the backup before; undefined: it is new. */
export function rowsBefore({ before }: TablesOverTime): (table: TableFigures) => number | undefined {
  const rows = new Map((before.at(-1) ?? []).map((one) => [keyOf(one), one.rows]));
  return (table) => rows.get(keyOf(table));
}

function keyOf({ schema, table }: TableFigures): string {
  return JSON.stringify([schema, table]);
}
