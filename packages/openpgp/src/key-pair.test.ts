import { readKey } from 'openpgp';
import { expect, it } from 'vitest';
import { generateKeyPair } from './key-pair.ts';

const now = Date.UTC(2026, 0, 2);

it.each([
  [undefined, 'postgres-backuper'],
  ['Backups', 'Backups'],
  ['Backups of Example <ops@example.com>', 'Backups of Example <ops@example.com>'],
])('a key pair is named %j', async (userId, expected) => {
  const pair = await generateKeyPair({ ...(userId ? { userId } : {}), passphrase: 'x', now });
  const key = await readKey({ armoredKey: pair.privateKey });
  expect(key.getUserIDs()).toEqual([expected]);
  expect(key.getCreationTime().getTime()).toBe(now);
  expect(key.isPrivate() && key.isDecrypted()).toBe(false);
  expect(key.getFingerprint().toUpperCase()).toBe(pair.fingerprint);
  expect(pair.fingerprint).toMatch(/^[0-9A-F]{40}$/);
});

it.each(['', '<', 'a <b> c'])('a key pair cannot be named %j', async (userId) => {
  await expect(generateKeyPair({ userId, passphrase: 'x', now })).rejects.toMatchObject({
    code: 'configuration-invalid',
  });
});

it('a private key without a passphrase is refused', async () => {
  await expect(generateKeyPair({ passphrase: '', now })).rejects.toMatchObject({ code: 'passphrase-missing' });
});
