import type { ObjectEntry } from '@postgres-backuper/format';
import type { StoredObject } from '../storage/storage.ts';

/** An expected object, and the one in the listing; at least one of the two. */
export interface Compared {
  readonly expected?: ObjectEntry;
  readonly stored?: StoredObject;
}

/**
 * Compares a listing with the objects expected below `prefix`. Both must be in the order of their keys; neither is held
 * in memory.
 */
export async function* compareListing(
  prefix: string,
  expected: AsyncIterable<ObjectEntry> | Iterable<ObjectEntry>,
  listed: AsyncIterable<StoredObject>,
): AsyncGenerator<Compared> {
  const wanted = iterate(expected);
  let next = await wanted.next();
  for await (const stored of listed) {
    while (!next.done && `${prefix}${next.value.key}` < stored.key) {
      yield { expected: next.value };
      next = await wanted.next();
    }
    if (next.done || `${prefix}${next.value.key}` !== stored.key) {
      yield { stored };
      continue;
    }
    yield { expected: next.value, stored };
    next = await wanted.next();
  }
  for (; !next.done; next = await wanted.next()) yield { expected: next.value };
}

async function* iterate<T>(items: AsyncIterable<T> | Iterable<T>): AsyncGenerator<T, undefined> {
  yield* items;
}
