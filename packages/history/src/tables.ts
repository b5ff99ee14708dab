import { numberOf } from '@postgres-backuper/base';
import type { Anomaly } from './anomalies/anomalies.ts';
import type { Limits } from './anomalies/limits.ts';

/** A table of a backup, as its catalog has it: that needs the private key. */
export interface TableFigures {
  readonly schema: string;
  readonly table: string;
  readonly rows: number;
  /** Of its rows as COPY text. */
  readonly bytes: number;
}

/** The tables of the newest good backup and of one before it. */
export interface TablesOverTime {
  /** Largest first. */
  readonly newest: readonly TableFigures[];
  /** Of the good backup before it. */
  readonly before: readonly TableFigures[];
}

/** A table with fewer rows before is not worth a word. */
const SMALL_ROWS = 1000;

/** Pure: tables that are gone, empty, or have less than the usual part of their rows. The largest losses first. */
export function tableAnomalies({ newest, before }: TablesOverTime, { shrink }: Limits): readonly Anomaly[] {
  if (shrink === 0) return [];
  const now = new Map(newest.map((one) => [keyOf(one), one.rows]));
  return before
    .filter(({ rows }) => rows >= SMALL_ROWS)
    .toSorted((a, b) => b.rows - a.rows)
    .flatMap((one): readonly Anomaly[] => {
      const rows = now.get(keyOf(one));
      const [name, had] = [`the table '${one.schema}.${one.table}'`, numberOf(one.rows, 'row')];
      if (rows === undefined) return [{ kind: 'table-gone', text: `${name} is gone, it had ${had}` }];
      if (rows === 0) return [{ kind: 'table-empty', text: `${name} is empty, it had ${had}` }];
      if (rows >= one.rows * shrink) return [];
      return [{ kind: 'table-smaller', text: `${name} has ${numberOf(rows, 'row')}, it had ${had}` }];
    });
}

/** How many rows each table had before; undefined: it is new. */
export function rowsBefore({ before }: TablesOverTime): (table: TableFigures) => number | undefined {
  const rows = new Map(before.map((one) => [keyOf(one), one.rows]));
  return (table) => rows.get(keyOf(table));
}

function keyOf({ schema, table }: TableFigures): string {
  return JSON.stringify([schema, table]);
}
