import type { ObjectEntry } from '@postgres-backuper/format';
import { expect, test } from 'vitest';
import type { StoredObject } from '../storage/storage.ts';
import { compareListing } from './compare-listing.ts';

/** Each letter is an object; a pair shows what was expected and what is stored. */
async function compare(expected: string, stored: string): Promise<string[]> {
  const entries = [...expected].map((key): ObjectEntry => ({ key, sizeBytes: 1, sha256: '' }));
  const listed = async function* () {
    for (const key of stored) yield { key: `p/${key}`, sizeBytes: 1, storedAt: 0 } satisfies StoredObject;
  };
  const pairs: string[] = [];
  for await (const pair of compareListing('p/', entries, listed())) {
    pairs.push(`${pair.expected?.key ?? '-'}${pair.stored?.key.slice(2) ?? '-'}`);
  }
  return pairs;
}

test.each([
  ['', '', []],
  ['abc', 'abc', ['aa', 'bb', 'cc']],
  ['abc', '', ['a-', 'b-', 'c-']],
  ['', 'ab', ['-a', '-b']],
  ['acd', 'abd', ['aa', '-b', 'c-', 'dd']],
  ['bc', 'abcd', ['-a', 'bb', 'cc', '-d']],
  ['abcd', 'd', ['a-', 'b-', 'c-', 'dd']],
])('of expected %j and stored %j none is lost and none is taken for another', async (expected, stored, pairs) => {
  expect(await compare(expected, stored)).toEqual(pairs);
});
