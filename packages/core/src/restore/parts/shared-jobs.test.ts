import { BackuperError } from '@postgres-backuper/base';
import { expect, test } from 'vitest';
import type { RestoreJob } from '../restore-graph.ts';
import { readFailure, readRefusal, writeFailure, writeRefusal } from './refused-texts.ts';
import { endsOf } from './share-restore.ts';
import { readSharedJob, shareOut, writeSharedJob } from './shared-jobs.ts';

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
  expect(refusedTables.map(({ planned }) => planned.table.dumpId)).toEqual([2]);
  expect(refusedEntries.map(({ job }) => job.entry.dumpId)).toEqual([12, 13]);
  expect(() => endsOf(jobs, { refused, done: new Set() })).toThrow(/has ended/);
});
