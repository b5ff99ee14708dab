import { dataKey, segmentName } from '@postgres-backuper/format';
import { expect, test } from 'vitest';
import { createMemoryStorage } from '../../../testing/src/memory-storage.ts';
import type { Storage } from '../storage/storage.ts';
import { deleteBackups } from './sweep.ts';

const ID = { name: 'app', label: 'backup_20240315_120000_abcdef' };

/** What was called: the prefix of a listing, the number of keys of a removal. */
function watched(storage: Storage) {
  const calls: (string | number)[] = [];
  const watching: Storage = {
    ...storage,
    list: (prefix, options) => {
      calls.push(prefix);
      return storage.list(prefix, options);
    },
    remove: (keys, options) => {
      calls.push(keys.length);
      return storage.remove(keys, options);
    },
  };
  return { calls, storage: watching };
}

test('a backup of many objects is listed once and removed by the thousand', async () => {
  const memory = createMemoryStorage();
  for (let number = 0; number < 2500; number += 1) {
    await memory.put(dataKey(ID, segmentName(number, true)), Buffer.from('xy'));
  }
  await memory.put(dataKey(ID, 'notes.txt'), Buffer.from('not ours'));
  const { calls, storage } = watched(memory);
  expect(await deleteBackups([ID], { storage })).toEqual({ objects: 2500, storedBytes: 5000 });
  expect(memory.keys()).toEqual([dataKey(ID, 'notes.txt')]);
  const [commits, signatures, ...below] = calls;
  expect([commits, signatures]).toEqual([1, 1]);
  expect(below).toEqual([`app/records/${ID.label}/`, `app/data/${ID.label}/`, 1000, 1000, 500]);
});
