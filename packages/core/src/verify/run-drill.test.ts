import { createMemoryStorage } from '@postgres-backuper/testing/memory-storage';
import { NOON, putBackup, quietContext, testClock, testRepository } from '@postgres-backuper/testing/repository-data';
import { expect, test } from 'vitest';
import { verify } from '../verify.ts';

test.each(['content', 'restore'] as const)(
  'a backup without encryption, where that is not allowed, is not recorded as damaged at level %s',
  async (level) => {
    const storage = createMemoryStorage(() => NOON);
    await putBackup(storage, NOON, { encryption: { profile: 'none', recipients: [], passphrase: false } });
    const request = { name: 'app', target: { latest: true }, level } as const;
    const verified = verify(request, { repository: testRepository(storage) }, quietContext(testClock()));
    await expect(verified).rejects.toMatchObject({ code: 'signature-missing' });
    expect(storage.keys().filter((key) => key.includes('/records/'))).toEqual([]);
  },
);
