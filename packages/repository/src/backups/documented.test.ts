import { expect, test } from 'vitest';
import { documented, PAGE } from '../../../format/src/format-page.test-data.ts';
import { LOG_KINDS } from '../../../format/src/log-entries.ts';
import { RECORD_KINDS } from '../../../format/src/records.ts';
import { createMemoryStorage } from '../../../testing/src/memory-storage.ts';
import { quietContext, testClock } from '../../../testing/src/repository.test-data.ts';
import { writeRecord } from './records.ts';

test('docs/format.md names every field and kind of a record', async () => {
  const storage = createMemoryStorage();
  const signer = { fingerprint: '', sign: () => Promise.resolve('signature'), check: () => Promise.resolve() };
  const id = { name: 'app', label: 'backup_20260315_021500_3f9a2c' };
  await writeRecord(
    { ...id, kind: 'pin' },
    { storage, signer },
    { ...quietContext(testClock()), by: { user: 'jane' } },
  );
  const body = JSON.parse(String(await storage.get(storage.keys()[0] ?? '', { maxBytes: 8192 })));
  expect(
    documented('Fields of a record')
      .map(([field]) => field)
      .sort(),
  ).toEqual(Object.keys(body).sort());
  const [, logged = ''] = /The log kinds are ([^.]+)\./.exec(PAGE) ?? [];
  expect(Array.from(logged.matchAll(/`([a-z-]+)`/g), ([, kind]) => kind)).toEqual([...LOG_KINDS]);
  const [, kinds = ''] = /The kinds are ([^.]+)\./.exec(PAGE) ?? [];
  expect(Array.from(kinds.matchAll(/`([a-z-]+)`/g), ([, kind]) => kind).sort()).toEqual([...RECORD_KINDS].sort());
});
