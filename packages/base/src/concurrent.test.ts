import { expect, test } from 'vitest';
import { eachConcurrently, mapConcurrently } from './concurrent.ts';

const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('results are in the order of the items, whatever ends first', async () => {
  const work = async (wait: number): Promise<string> => {
    for (let turn = 0; turn < wait; turn += 1) await later();
    return `after ${wait}`;
  };
  expect(await mapConcurrently([3, 0, 1], 2, work)).toEqual(['after 3', 'after 0', 'after 1']);
  expect(await mapConcurrently([], 2, work)).toEqual([]);
});

test('items are taken as they are needed, at most as many at once as allowed', async () => {
  let [taken, ended, most] = [0, 0, 0];
  function* items(): Generator<number> {
    for (taken = 1; taken <= 9; taken += 1) yield taken;
  }
  await eachConcurrently(items(), 3, async () => {
    most = Math.max(most, taken - ended);
    await later();
    ended += 1;
  });
  expect([ended, most]).toEqual([9, 3]);
});

test('after a failure no more is begun', async () => {
  const begun: number[] = [];
  const work = async (item: number): Promise<void> => {
    begun.push(item);
    await later();
    if (item === 1) throw new Error('failed');
    await later();
  };
  await expect(eachConcurrently([1, 2, 3, 4, 5], 2, work)).rejects.toThrow('failed');
  await later();
  await later();
  expect(begun).toEqual([1, 2]);
});
