import type { Session, SplitTable } from '@postgres-backuper/postgres';
import { expect, test } from 'vitest';
import { countTables, cutBlocks, cutTables, isToItsEnd, planned } from './units.ts';

test('slices follow each other, about equal, one block at least, the last one without an end', () => {
  expect(cutBlocks(10, 3)).toEqual([
    { from: 0, to: 3 },
    { from: 3, to: 6 },
    { from: 6, to: undefined },
  ]);
  expect(cutBlocks(2, 8)).toEqual([
    { from: 0, to: 1 },
    { from: 1, to: undefined },
  ]);
  expect(cutBlocks(0, 8)).toEqual([{ from: 0, to: undefined }]);
});

const MiB = 1024 ** 2;
const table = (dumpId: number) =>
  ({
    entry: { oid: String(dumpId), dumpId, hasData: true, copyStatementBytes: Buffer.from('COPY t') },
  }) as unknown as SplitTable;

/** Says that each heap has so many blocks. */
const withBlocks = (blocks: number) => ({ query: async () => [{ blocks }] }) as unknown as Session;

test('a giant table is cut by the blocks that it has now, the others are whole', async () => {
  const bytes = new Map([
    [1, 100 * MiB],
    [2, 10 * MiB],
  ]);
  const bytesOf = ({ entry }: SplitTable) => bytes.get(entry.dumpId) ?? 0;
  const units = await cutTables([table(1), table(2)], { count: 2, bytesOf }, withBlocks(1000));
  expect(units.map(({ file, blocks }) => [file, blocks?.from, blocks?.to])).toEqual([
    ['1.dat.0001', 0, 250],
    ['1.dat.0002', 250, 500],
    ['1.dat.0003', 500, 750],
    ['1.dat.0004', 750, undefined],
    ['2.dat', undefined, undefined],
  ]);
  expect(units.map(isToItsEnd)).toEqual([false, false, false, true, true]);
  expect(units.slice(3).map((unit) => planned(unit).blocks)).toEqual([{ from: 750, to: null }, undefined]);
  expect(countTables(units.map(({ file }) => file))).toBe(2);
});

test('a table whose bytes are in one block of its heap, the rest in TOAST, is not cut', async () => {
  const units = await cutTables([table(1)], { count: 4, bytesOf: () => 500 * MiB }, withBlocks(1));
  expect(units).toMatchObject([{ file: '1.dat', bytes: 500 * MiB }]);
  expect(planned(units[0] as (typeof units)[0])).not.toHaveProperty('blocks');
});
