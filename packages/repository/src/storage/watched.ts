import { type Activity, paged, pagesOf } from '@postgres-backuper/base';
import { optionalMethods } from './optional-methods.ts';
import type { Storage } from './storage.ts';

/** A heartbeat is no progress. */
const HEARTBEAT = /\/records\/[^/]*heartbeat/;

/**
 * The same storage, but each answer counts as progress. A stall during a call names this storage as its
 * cause; with `endsByItself` calls have their own timeouts, and a slow network is no stall.
 */
export function watched(
  storage: Storage,
  { activity, endsByItself }: { readonly activity: Activity; readonly endsByItself: boolean },
): Storage {
  const wait = async <Result>(work: Promise<Result>, counts = true): Promise<Result> => {
    const end =
      counts && endsByItself ? activity.pause() : activity.explain(() => `the repository ${storage.location}`);
    try {
      const result = await work;
      if (counts) activity.moved();
      return result;
    } finally {
      end();
    }
  };
  async function* each<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item> {
    const iterator = items[Symbol.asyncIterator]();
    try {
      for (let next = await wait(iterator.next()); next.done !== true; next = await wait(iterator.next())) {
        yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  }
  return {
    location: storage.location,
    get listsMd5() {
      return storage.listsMd5;
    },
    put: (key, body, options) => wait(storage.put(key, body, options), !HEARTBEAT.test(key)),
    get: (key, options) => wait(storage.get(key, options)),
    list: (prefix, options) => paged(() => each(pagesOf(storage.list(prefix, options)))),
    folders: (prefix, options) => each(storage.folders(prefix, options)),
    remove: (keys, options) => wait(storage.remove(keys, options)),
    ...optionalMethods(storage),
  };
}
