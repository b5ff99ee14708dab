import type { Context } from '@postgres-backuper/base';
import { type CatalogTable, createSlicesDigest, rowSlicesOf } from '@postgres-backuper/format';
import { bytesOf, type Client } from '@postgres-backuper/postgres';
import { copyRows } from '../restore/copy-data.ts';
import { type CopySession, openCopySession } from '../restore/copy-session.ts';
import { fileNamed, streamPieces } from '../restore/file-stream.ts';
import type { OpenedBackup } from '../restore/opened-backup.ts';
import type { PlannedTable } from '../restore/plan-load.ts';
import type { LoadProgress } from '../restore/progress.ts';
import { createSegments } from '../restore/segments.ts';
import { addRows, columnOrder, countRows, NO_ROWS, type RowMultiset, sameRows } from './row-multiset.ts';

/** `exact`: read again, the bytes of the backup; `same-rows`: the rows of the backup, their order was not compared. */
export type Proof = 'exact' | 'same-rows' | 'failed';

export interface ComparedTable {
  readonly schema: string;
  readonly table: string;
  /** Rows read again. For loads through a partition root those of the backup: they may be in another partition. */
  readonly rows: number;
  readonly expectedRows: number;
  readonly bytes: number;
  readonly proof: Proof;
}

export interface CompareServices {
  /** On the scratch database. */
  readonly client: Client;
  readonly backup: OpenedBackup;
  readonly progress: LoadProgress;
  /** By target: what it must hold, where tables share a target or TRUNCATE was not possible. */
  readonly expected: ReadonlyMap<string, RowMultiset>;
}

/** Reads every table again with pg_dump's session settings and compares it with the backup. */
export async function compareTables(
  tables: readonly PlannedTable[],
  { jobs, services }: { readonly jobs: number; readonly services: CompareServices },
  context: Context,
): Promise<ComparedTable[]> {
  const groups = groupByTarget(tables);
  const queue = groups.values(); // shared: each session takes the next one
  const compared: ComparedTable[] = [];
  const work = async (): Promise<void> => {
    const { client, backup } = services;
    const session = await openCopySession(client, { encoding: backup.catalog.dump.encoding }, context);
    try {
      for (const group of queue) {
        compared.push(...(await compareGroup(session, group, services, context)));
        for (const _ of group) services.progress.tableDone();
      }
    } finally {
      await session.close();
    }
  };
  const results = await Promise.allSettled(Array.from({ length: Math.min(jobs, groups.size) }, work));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return compared;
}

async function compareGroup(
  session: CopySession,
  group: readonly PlannedTable[],
  services: CompareServices,
  context: Context,
): Promise<ComparedTable[]> {
  const [first] = group;
  if (first === undefined) return [];
  const expected = services.expected.get(targetOf(first));
  const name = nameOf(first.table);
  const { copy } = first;
  const columns = columnOrder(copy.names).map((position) => copy.names[position] as Buffer);
  const read = first.table.load === 'root' ? session.readRoot({ name, copy, columns }) : session.read({ name, copy });
  const rows = services.progress.watch(name, read);
  if (expected !== undefined) {
    const proof = sameRows(await countRows(rows), expected) ? 'same-rows' : 'failed';
    return group.map(({ table }) => describe(table, table.rows, proof));
  }
  const { table } = first;
  const slices = createSlicesDigest(rowSlicesOf(table));
  const found = await countRowsWhile(rows, (chunk) => slices.update(chunk));
  if (slices.isSame()) return [describe(table, found, 'exact')];
  const again = session.read({ name, copy });
  const same = sameRows(await countRows(again), await rowsInBackup(table, services.backup, context));
  return [describe(table, found, same ? 'same-rows' : 'failed')];
}

async function countRowsWhile(chunks: AsyncIterable<Buffer>, see: (chunk: Buffer) => void): Promise<number> {
  let rows = 0;
  for await (const chunk of chunks) {
    see(chunk);
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) rows += 1;
  }
  return rows;
}

async function rowsInBackup(table: CatalogTable, backup: OpenedBackup, { signal }: Context): Promise<RowMultiset> {
  const file = fileNamed(backup.catalog, table.file);
  const segments = createSegments(backup, { files: [file], keep: 2 }, signal);
  return countRows(copyRows(streamPieces(segments, file), table));
}

function targetOf({ copy }: PlannedTable): string {
  return bytesOf(copy.target).toString('latin1');
}

/** By target: its rows before the load and those of all files loaded into it (partitions share their root). */
export function expectedRows(
  tables: readonly PlannedTable[],
  { before, loaded }: { before: ReadonlyMap<number, RowMultiset>; loaded: ReadonlyMap<number, RowMultiset> },
): Map<string, RowMultiset> {
  const expected = new Map<string, RowMultiset>();
  for (const planned of tables) {
    const { dumpId, load } = planned.table;
    if (load === 'truncate') continue;
    const sum = addRows(before.get(dumpId) ?? NO_ROWS, loaded.get(dumpId) ?? NO_ROWS);
    expected.set(targetOf(planned), addRows(expected.get(targetOf(planned)) ?? NO_ROWS, sum));
  }
  return expected;
}

function groupByTarget(tables: readonly PlannedTable[]): Map<string, PlannedTable[]> {
  const groups = new Map<string, PlannedTable[]>();
  for (const table of tables) groups.set(targetOf(table), [...(groups.get(targetOf(table)) ?? []), table]);
  return groups;
}

function describe(table: CatalogTable, rows: number, proof: Proof): ComparedTable {
  return { schema: table.schema, table: table.table, rows, expectedRows: table.rows, bytes: table.bytes, proof };
}

function nameOf(table: CatalogTable): string {
  return `${table.schema}.${table.table}`;
}
