import { expect, test } from 'vitest';
import type { SharedJob } from './shared-jobs.ts';
import { createSharedPool } from './shared-pool.ts';

const JOB = { kind: 'table', after: [], table: 0, exclusive: false, definition: '', owner: '' } as const;
const tables = [1, 2, 3, 4].map((id): SharedJob => ({ ...JOB, id, part: id }));
const index: SharedJob = { ...JOB, id: 5, part: 1, kind: 'entry', after: [1] };

test('a worker takes its own part first, then those after it in a circle, each job once', () => {
  const pool = createSharedPool({ part: 3, count: 4, sessions: 1 });
  pool.add(tables);
  expect([pool.next()?.id, pool.next()]).toEqual([3, undefined]);
  pool.settle([3]);
  expect([1, 2, 3, 4].map(() => pool.next()?.id)).toEqual([4, 1, 2, undefined]);
  expect(pool.left).toBe(3);
});

test('a worker takes rows of others at once where another process has its own, and indexes of others always', () => {
  const pool = createSharedPool({ part: 3, count: 4, sessions: 4 });
  pool.add([...tables, index]);
  pool.settle([1]);
  const own = pool.next();
  const entry = own?.kind === 'entry' ? own : pool.next();
  expect([entry?.id, pool.next()?.id, pool.next()]).toEqual([5, 3, undefined]);
  pool.leave(tables[2] as SharedJob);
  expect(pool.next()?.id).toBe(4);
});

test('an index waits until its table is settled by whoever, and comes before further rows', () => {
  const pool = createSharedPool({ count: 4, sessions: 2 });
  pool.add([...tables, index]);
  expect(pool.next()?.id).toBe(1);
  expect(pool.next()?.id).toBe(2);
  pool.settle([1]);
  expect(pool.next()?.id).toBe(5);
  expect(pool.next()?.id).toBe(3); // one session of two builds an index: the other one loads rows
});

test('a table in slices is settled as soon as its slices are, before further rows', () => {
  const pool = createSharedPool({ count: 4, sessions: 2 });
  const slices = [11, 12].map((id): SharedJob => ({ ...JOB, kind: 'slice', id, part: 1 }));
  pool.add([...slices, { ...JOB, id: 6, part: 1, after: [11, 12] }, { ...index, after: [6] }, ...tables]);
  expect([pool.next()?.id, pool.next()?.id]).toEqual([11, 12]);
  pool.settle([11]);
  expect(pool.next()?.id).toBe(1);
  pool.settle([12]);
  expect(pool.next()?.id).toBe(6);
  pool.settle([6]);
  expect(pool.next()?.id).toBe(5);
});

test('of a table that is settled no slice is given out', () => {
  const pool = createSharedPool({ count: 4, sessions: 2 });
  pool.add([11, 12].map((id): SharedJob => ({ ...JOB, kind: 'slice', id, part: 1 })));
  pool.add([{ ...JOB, id: 6, part: 1, after: [11, 12] }]);
  pool.settle([6]);
  expect([pool.next(), pool.isEmpty]).toEqual([undefined, true]);
});

test('what another process has is given out again after a look, unless it is settled by then', () => {
  const pool = createSharedPool({ count: 4, sessions: 1 });
  pool.add(tables.slice(0, 2));
  const first = pool.next();
  pool.leave(first as SharedJob);
  expect(pool.next()?.id).toBe(2);
  pool.lookAgain();
  expect(pool.next()?.id).toBe(1);
  pool.settle([1, 2]);
  pool.add(tables.slice(0, 2));
  expect([pool.next(), pool.isEmpty]).toEqual([undefined, true]);
});
