import type { Storage, StoredObject } from '@postgres-backuper/repository';

/** An empty storage of its own for each call. */
export type MakeStorage = () => Promise<Storage>;

/** How a server orders its listings. */
export type Order = 'bytes' | 'components';

/** Larger than every object of the suite. */
export const MAX = { maxBytes: 1 << 24 };

export function bytes(text: string): Buffer {
  return Buffer.from(text);
}

export async function keysOf(objects: AsyncIterable<StoredObject>): Promise<string[]> {
  return (await allOf(objects)).map(({ key }) => key);
}

export async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
