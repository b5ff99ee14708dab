import { createRecordKey } from '@postgres-backuper/format';
import { expect, test } from 'vitest';
import type { Storage, StoredObject } from '../storage/storage.ts';
import { RECORDS_MAX } from './at-most.ts';
import { readRecords } from './records.ts';

const ID = { name: 'app', label: 'backup_20260315_120000_ab12cd' };

test('a storage that somebody filled with records ends with a sentence, not without memory', async () => {
  const key = createRecordKey(ID, { kind: 'verify-stored-ok', now: 0 });
  async function* endless(): AsyncGenerator<StoredObject> {
    for (;;) yield { key, sizeBytes: 1, storedAt: 0 };
  }
  const storage = { list: endless } as unknown as Storage;
  await expect(readRecords({ name: 'app' }, { storage })).rejects.toMatchObject({
    code: 'storage-unsafe',
    message: `more than ${RECORDS_MAX} records are in 'app/records/'`,
  });
});
