/** Opens the items of a listing page by page. Not a method of its own: whoever makes another listing of one has no pages of the first. */
const PAGES = Symbol('pages');

interface Paged<Item> extends AsyncIterable<Item> {
  [PAGES](): AsyncIterable<readonly Item[]>;
}

/**
 * Items that come in pages: one by one for who asks for them so, whole pages by `pagesOf`. Each wrapper around a listing of
 * single items costs several promises for each of them. `open` is called each time that they are asked for.
 */
export function paged<Item>(open: () => AsyncIterable<readonly Item[]>): AsyncIterable<Item> {
  const items: Paged<Item> = {
    [PAGES]: open,
    async *[Symbol.asyncIterator]() {
      for await (const page of open()) yield* page;
    },
  };
  return items;
}

/** The pages of `paged`, in which there may be no item; of other items each is a page. */
export function pagesOf<Item>(items: AsyncIterable<Item>): AsyncIterable<readonly Item[]> {
  return PAGES in items ? (items as Paged<Item>)[PAGES]() : single(items);
}

/** The same items in the same pages, after `note` saw each of a page. */
export function noting<Item>(items: AsyncIterable<Item>, note: (item: Item) => void): AsyncIterable<Item> {
  return paged(async function* () {
    for await (const page of pagesOf(items)) {
      for (const item of page) note(item);
      yield page;
    }
  });
}

async function* single<Item>(items: AsyncIterable<Item>): AsyncGenerator<readonly Item[]> {
  for await (const item of items) yield [item];
}
