import { expect, test } from 'vitest';
import { noting, paged, pagesOf } from './pages.ts';

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function* from<Item>(...items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}

test('items come one by one or in their pages, each time from the start', async () => {
  const items = paged(() => from([1, 2], [], [3]));
  expect(await collect(items)).toEqual([1, 2, 3]);
  expect(await collect(pagesOf(items))).toEqual([[1, 2], [], [3]]);
});

test('each of other items is a page', async () => {
  expect(await collect(pagesOf(from(1, 2)))).toEqual([[1], [2]]);
});

test('items are noted before anybody gets them, in the same pages', async () => {
  const noted: number[] = [];
  const items = noting(
    paged(() => from([1, 2], [3])),
    (item) => noted.push(item),
  );
  for await (const page of pagesOf(items)) expect(noted.slice(-page.length)).toEqual(page);
  expect(noted).toEqual([1, 2, 3]);
  expect(await collect(pagesOf(items))).toEqual([[1, 2], [3]]);
});

test('who stops early ends what the pages come from', async () => {
  let ended = 0;
  const open = async function* () {
    try {
      yield [1, 2];
      yield [3];
    } finally {
      ended += 1;
    }
  };
  for await (const _ of noting(paged(open), () => undefined)) break;
  for await (const _ of pagesOf(noting(paged(open), () => undefined))) break;
  expect(ended).toBe(2);
});
