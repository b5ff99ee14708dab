import { BackuperError } from '@postgres-backuper/base';
import { parseSliceId, sliceId } from '@postgres-backuper/postgres';
import { expect, test } from 'vitest';
import type { RestoreJob } from '../restore-graph.ts';
import { readFailure, readRefusal, writeFailure, writeRefusal } from './refused-texts.ts';
import { endsOf } from './share-restore.ts';
import { readSharedJob, shareOut, writeSharedJob } from './shared-jobs.ts';
import { partsOf } from './workers.ts';

const MIB = 1024 * 1024;

function table(id: number, bytes: number, load = 'truncate'): RestoreJob {
  const planned = { table: { bytes, load, dumpId: id }, tableId: id + 100 };
  return { kind: 'table', id, after: [], uses: [id + 100], exclusive: false, urgent: false, planned } as never;
}

function index(id: number, after: readonly number[], definition = 'CREATE INDEX'): RestoreJob {
  const job = { entry: { dumpId: id }, definition, owner: '' };
  return { kind: 'entry', id, after, uses: [], exclusive: true, urgent: true, job } as never;
}

test('large tables are shared with the indexes that need them alone; the rest stays with the holder', () => {
  const jobs = [
    ...[table(1, MIB), table(2, 9 * MIB), table(3, 10), table(4, MIB, 'in-order')],
    ...[index(11, [1]), index(12, [3]), index(13, [1, 3])],
  ];
  const { shared, own } = shareOut(jobs, 2);
  expect(shared.map(({ id, part, table: of }) => [id, part, of])).toEqual([
    [2, 1, 102],
    [1, 2, 101],
    [11, 2, 101],
  ]);
  expect(own.map(({ id }) => id)).toEqual([3, 4, 12, 13]);
});

/** A table of as many slices of 20 MiB, each with 2 rows. */
function sliced(id: number, count: number, load = 'truncate'): RestoreJob {
  const slices = Array.from({ length: count }, () => ({ rows: 2, bytes: 20 * MIB, sha256: '' }));
  const job = table(id, count * 20 * MIB, load);
  return { ...job, planned: { tableId: id + 100, table: { ...planOf(job).table, rows: 2 * count, slices } } } as never;
}

function planOf(job: RestoreJob) {
  if (job.kind !== 'table') throw new Error('no table');
  return job.planned;
}

test('the slices of a table are jobs of their own, then comes the table, then its indexes', () => {
  const { shared } = shareOut([sliced(1, 3), sliced(2, 2, 'root'), index(11, [1])], 2);
  const slices = [1, 2, 3].map((number) => sliceId(1, number));
  expect(shared.map(({ id, kind, after }) => [id, kind, after.toSorted((a, b) => a - b)]).sort(byId)).toEqual([
    [1, 'table', slices],
    [2, 'table', []],
    [11, 'entry', [1]],
    ...slices.map((id) => [id, 'slice', []]),
  ]);
  for (const job of shared) expect(readSharedJob(writeSharedJob(job))).toEqual(job);
  expect(new Set(shared.flatMap(({ kind, part }) => (kind === 'slice' ? [part] : [])))).toEqual(new Set([1, 2]));
});

function byId([a]: readonly unknown[], [b]: readonly unknown[]): number {
  return Number(a) - Number(b);
}

test('the id of a slice is that of no entry, and is one of JSON', () => {
  for (const [dumpId, number] of [
    [1, 1],
    [2 ** 31 - 1, 9999],
  ] as const) {
    expect(Number.isSafeInteger(sliceId(dumpId, number))).toBe(true);
    expect(parseSliceId(sliceId(dumpId, number))).toEqual({ dumpId, number });
    expect(parseSliceId(dumpId)).toBeUndefined();
  }
});

test('who loaded a slice is told with its rows; one that loads a table again has loaded all', () => {
  const tables = [planOf(sliced(1, 3)).table, planOf(sliced(2, 2)).table];
  const worker = (part: string) => `postgres-backuper part ${part}`;
  const notes = [
    { id: sliceId(1, 1), by: worker('1/2') },
    { id: sliceId(1, 2), by: worker('2/2') },
    { id: sliceId(1, 3), by: worker('2/2') },
    { id: 1, by: worker('1/2') },
    { id: sliceId(2, 1), by: worker('1/2') }, // emptied when it was loaded again
    { id: 2, by: 'postgres-backuper' },
    { id: -2, by: null },
  ];
  expect(partsOf(notes, tables)).toEqual([
    { worker: null, tableCount: 1, rows: 4, bytes: 40 * MIB },
    { worker: '1/2', tableCount: 1, rows: 2, bytes: 20 * MIB },
    { worker: '2/2', tableCount: 1, rows: 4, bytes: 40 * MIB },
  ]);
});

test('a job is read as it was written, in characters that every database can hold', () => {
  const jobs = shareOut([table(1, MIB), index(11, [1], 'CREATE INDEX "ü\n\ud800\\" …')], 1).shared;
  for (const job of jobs) {
    expect(writeSharedJob(job)).toMatch(/^[ -~]+$/);
    expect(readSharedJob(writeSharedJob(job))).toEqual(job);
  }
  for (const bad of ['', '{', '{"id":1}', '{"id":1,"kind":"sql"}']) expect(() => readSharedJob(bad)).toThrow();
});

test('a refusal comes back as it was', () => {
  const error = readFailure(writeFailure(new BackuperError('restore-failed', 'non « bien »', { hint: 'look' })));
  expect([error.code, error.message, error.hint]).toEqual(['restore-failed', 'non « bien »', 'look']);
  const refusal = { part: 'owner', sqlState: '42501', message: 'ü'.repeat(1000), detail: '', hint: '' } as const;
  expect(readRefusal(writeRefusal(refusal))).toEqual(refusal);
  expect(writeRefusal(refusal)).toMatch(/^[ -~]+$/);
});

test('what one job was refused and another one did is done, but for an owner that is missing', () => {
  const failure = writeFailure(new BackuperError('restore-failed', 'no'));
  const refusal = { sqlState: '42501', message: 'no', detail: '', hint: '' } as const;
  const refused = new Map([
    ...[1, 2].map((id) => [id, failure] as const),
    ...[11, 13].map((id) => [id, writeRefusal({ ...refusal, part: 'definition' })] as const),
    [12, writeRefusal({ ...refusal, part: 'owner' })] as const,
  ]);
  const jobs = [table(1, MIB), table(2, MIB), index(11, [1]), index(12, [1]), index(13, [2]), index(14, [2])];
  const { loaded, refusedTables, refusedEntries } = endsOf(jobs, { refused, done: new Set([1, 11, 12, 14]) });
  expect(loaded.map((one) => one.table.dumpId)).toEqual([1]);
  expect(refusedTables.map(({ planned, rowsLeft }) => [planned.table.dumpId, rowsLeft])).toEqual([[2, 0]]);
  expect(refusedEntries.map(({ job }) => job.entry.dumpId)).toEqual([12, 13]);
  expect(() => endsOf(jobs, { refused, done: new Set() })).toThrow(/has ended/);
});
