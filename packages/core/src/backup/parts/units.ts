import { slicesFor } from '@postgres-backuper/base';
import {
  type DonePart,
  type PlannedTable,
  rawBytesOf,
  sliceName,
  storedBytesOf,
  wholeFileOf,
} from '@postgres-backuper/format';
import {
  type BlocksOf,
  dataFileOf,
  parseCopyStatement,
  readBlocks,
  type Session,
  type SplitTable,
} from '@postgres-backuper/postgres';

/** What a part reads at once: a table, or a slice of one. */
export interface Unit extends BlocksOf {
  readonly entry: SplitTable['entry'];
  /** Its data file, or the name of the slice. */
  readonly file: string;
  /** On disk, estimated. */
  readonly bytes: number;
}

/** Cuts tables with much of all bytes into slices of about equal numbers of blocks. `session` reads the sizes. */
export async function cutTables(
  tables: readonly SplitTable[],
  { count, bytesOf }: { readonly count: number; readonly bytesOf: (table: SplitTable) => number },
  session: Session,
): Promise<readonly Unit[]> {
  const totalBytes = tables.reduce((sum, table) => sum + bytesOf(table), 0);
  const units: Unit[] = [];
  for (const table of tables) {
    const slices = slicesFor(bytesOf(table), { count, totalBytes });
    const blocks = slices === 1 ? [] : cutBlocks(await readBlocks(table, session), slices);
    units.push(...unitsOf(table, blocks, bytesOf(table)));
  }
  return units;
}

/** With blocks of a heap that are fewer than two: the whole table. */
function unitsOf({ entry, copy }: SplitTable, blocks: readonly Required<BlocksOf>['blocks'][], bytes: number): Unit[] {
  const file = dataFileOf(entry);
  if (blocks.length < 2) return [{ entry, copy, file, bytes }];
  const each = Math.ceil(bytes / blocks.length);
  return blocks.map((range, index) => ({
    ...{ entry, copy, blocks: range },
    file: sliceName(file, index + 1),
    bytes: each,
  }));
}

/** Consecutive ranges that have about as many blocks as each other, at most one for each block; the last one has no end. Pure. */
export function cutBlocks(blocks: number, slices: number): NonNullable<BlocksOf['blocks']>[] {
  const count = Math.max(1, Math.min(slices, blocks));
  const at = (index: number): number => Math.floor((index * blocks) / count);
  return Array.from({ length: count }, (_, index) => ({
    from: at(index),
    to: index === count - 1 ? undefined : at(index + 1),
  }));
}

/** Whether the terminator follows its rows. */
export function isToItsEnd({ blocks }: BlocksOf): boolean {
  return blocks?.to === undefined;
}

export function planned({ entry, file, bytes, blocks }: Unit): PlannedTable {
  const copyStatement = entry.copyStatementBytes.toString('base64');
  const range = blocks === undefined ? {} : { blocks: { from: blocks.from, to: blocks.to ?? null } };
  return { oid: entry.oid, file, copyStatement, bytes, ...range };
}

/** What a plan says of a table or slice, as it is read. */
export function rowsOf({ oid, copyStatement, blocks }: PlannedTable): BlocksOf {
  const rows = { entry: { oid }, copy: parseCopyStatement(Buffer.from(copyStatement, 'base64')) };
  return blocks === undefined ? rows : { ...rows, blocks: { from: blocks.from, to: blocks.to ?? undefined } };
}

/** What a worker read of a part, for results. */
export function readOf(done: DonePart) {
  const { part, tables, files = [], durationMs } = done;
  return {
    ...{ part, tables: countTables(tables.map(({ file }) => file)), largeObjects: files.length > 0, durationMs },
    ...{ rawBytes: rawBytesOf(done), storedBytes: storedBytesOf(done) },
  };
}

/** Tables that these files are of; slices of one count once. */
export function countTables(files: Iterable<string>): number {
  return new Set(Array.from(files, wholeFileOf)).size;
}
