import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkError, createUnusableCipher } from '@postgres-backuper/core';
import { createOpenPgpCipher, generateKeyPair, type KeyPair } from '@postgres-backuper/openpgp';
import type { Repository } from '@postgres-backuper/repository';
import { isMissing, run } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRepository, item, look } from './harness.ts';

const NO_SERVER = { env: { PATH: '/nowhere' }, binDirs: ['/nowhere'] };
const passphrase = 'a passphrase';
const now = Date.now();
let repository: Awaited<ReturnType<typeof createRepository>>;
let pair: KeyPair;

beforeAll(async () => {
  repository = await createRepository();
  pair = await generateKeyPair({ passphrase, now });
});
afterAll(() => repository.remove());

const looking = async (options: { publicKey?: string; privateKey?: string; passphrase?: string }) => {
  const privateKeys = options.privateKey === undefined ? [] : [options.privateKey];
  const cipher = await createOpenPgpCipher({
    publicKeys: [options.publicKey ?? pair.publicKey],
    privateKeys,
    ...(options.passphrase === undefined ? {} : { privateKeyPassphrase: options.passphrase }),
    now,
  }).catch(createUnusableCipher);
  const encrypted: Repository = { ...repository, cipher, encryption: 'openpgp' };
  return look(NO_SERVER, {}, [encrypted]);
};

test('a public key alone encrypts, and that nothing can be read back is said', async () => {
  expect(item(await looking({}), 'keys')).toMatchObject({
    state: 'ok',
    text: expect.stringContaining(pair.fingerprint),
  });
  expect(item(await looking({}), 'keys')?.text).toContain('no private key');
});

test('a private key that fits makes the round trip', async () => {
  const result = await looking({ privateKey: pair.privateKey, passphrase });
  expect(item(result, 'keys')).toMatchObject({ state: 'ok', text: expect.stringContaining('can be decrypted here') });
});

test('a wrong passphrase is a problem, and is not shown', async () => {
  const result = await looking({ privateKey: pair.privateKey, passphrase: 'not this one' });
  expect(item(result, 'keys')).toMatchObject({ state: 'problem', code: 'passphrase-wrong' });
  expect(JSON.stringify(result)).not.toContain('not this one');
});

test('a private key of somebody else is a problem', async () => {
  const other = await generateKeyPair({ passphrase, now });
  const result = await looking({ privateKey: other.privateKey, passphrase });
  expect(item(result, 'keys')).toMatchObject({ state: 'problem', code: 'key-wrong' });
});

test('a private key as recipient works, with a warning', async () => {
  const result = await looking({ publicKey: pair.privateKey });
  const states = result.items.filter(({ what }) => what === 'keys').map(({ state }) => state);
  expect(states).toEqual(['ok', 'warning']);
});

test('what is no key is a problem', async () => {
  expect(item(await looking({ publicKey: 'no key at all' }), 'keys')).toMatchObject({
    state: 'problem',
    code: 'key-invalid',
  });
});

test.skipIf(isMissing('gpg'))('an expired key is a problem', async () => {
  const home = await mkdtemp(join(tmpdir(), 'gpg-'));
  const env = { PATH: process.env.PATH, GNUPGHOME: home, HOME: home };
  try {
    const fast = ['--batch', '--passphrase', '', '--faked-system-time', '20200101T000000'];
    await run('gpg', [...fast, '--quick-generate-key', 'expired', 'future-default', 'default', '1d'], { env });
    const publicKey = await run('gpg', ['--armor', '--export', 'expired'], { env });
    const result = await looking({ publicKey });
    expect(item(result, 'keys')).toMatchObject({ state: 'problem', code: 'key-expired' });
    expect(checkError(result)?.exitStatus).toBe(2);
  } finally {
    await run('gpgconf', ['--kill', 'all'], { env });
    await rm(home, { recursive: true, force: true });
  }
});
