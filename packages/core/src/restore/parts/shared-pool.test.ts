import { expect, test } from 'vitest';
import type { SharedJob } from './shared-jobs.ts';
import { createSharedPool } from './shared-pool.ts';

const JOB = { kind: 'table', after: [], table: 0, exclusive: false, definition: '', owner: '' } as const;
const tables = [1, 2, 3, 4].map((id): SharedJob => ({ ...JOB, id, part: id }));
const index: SharedJob = { ...JOB, id: 5, part: 1, kind: 'entry', after: [1] };

test('a worker takes its own part first, then those after it in a circle, each job once', () => {
  const pool = createSharedPool({ part: 3, count: 4, sessions: 1 });
  pool.add(tables);
  expect([1, 2, 3, 4, 5].map(() => pool.next()?.id)).toEqual([3, 4, 1, 2, undefined]);
  expect(pool.left).toBe(4);
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
