import { beforeAll, expect, test } from 'vitest';
import { createOpenPgpCipher } from './cipher.ts';
import { generateKeyPair, type KeyPair } from './key-pair.ts';
import { splitOwnMessage } from './own-message.ts';

const now = Date.UTC(2026, 0, 2);
const passphrase = 'pass';
const data = Buffer.from('SELECT 1;\n'.repeat(1000));
let [old, next, third]: KeyPair[] = [];

beforeAll(async () => {
  [old, next, third] = await Promise.all([1, 2, 3].map(() => generateKeyPair({ passphrase, now })));
});

const cipherOf = (to: readonly (KeyPair | undefined)[], from?: KeyPair, more = {}) =>
  createOpenPgpCipher({
    ...{ publicKeys: to.map((pair) => pair?.publicKey ?? ''), privateKeys: from ? [from.privateKey] : [] },
    ...{ privateKeyPassphrase: passphrase, now, ...more },
  });

async function rekeyed(message: Uint8Array, to: readonly (KeyPair | undefined)[], from?: KeyPair, more = {}) {
  const cipher = await cipherOf(to, from, more);
  return (await cipher.rekey?.(message)) ?? new Uint8Array();
}

test('is opened by the new recipients, not by the old one, and its encrypted bytes are the same', async () => {
  const message = await (await cipherOf([old])).encrypt(data);
  const made = await rekeyed(message, [next, third], old);
  for (const pair of [next, third])
    expect(Buffer.from(await (await cipherOf([], pair)).decrypt(made)).equals(data)).toBe(true);
  await expect((await cipherOf([], old)).decrypt(made)).rejects.toMatchObject({ code: 'key-wrong' });
  const tail = (bytes: Uint8Array) => Buffer.from(bytes.subarray(splitOwnMessage(bytes)?.encryptedAt));
  expect(tail(made).equals(tail(message))).toBe(true);
  const { hasSameData } = await cipherOf([next]);
  expect(hasSameData?.(message, made)).toBe(true);
  expect(hasSameData?.(message, await (await cipherOf([old])).encrypt(data))).toBe(false);
  expect(hasSameData?.(data, data)).toBe(false);
});

test('of a passphrase becomes one for a key', async () => {
  const message = await (await cipherOf([], undefined, { passphrase: 'word' })).encrypt(data);
  const made = await rekeyed(message, [next], undefined, { passphrase: 'word' });
  expect(Buffer.from(await (await cipherOf([], next)).decrypt(made)).equals(data)).toBe(true);
  await expect((await cipherOf([], undefined, { passphrase: 'word' })).decrypt(made)).rejects.toThrow();
});

test('a wrong key, a damaged message and another form are refused', async () => {
  const message = await (await cipherOf([old])).encrypt(data);
  await expect(rekeyed(message, [next], third)).rejects.toMatchObject({ code: 'key-wrong' });
  await expect(rekeyed(message.subarray(0, 300), [next], old)).rejects.toMatchObject({ code: 'configuration-invalid' });
  const altered = Uint8Array.from(message);
  const at = splitOwnMessage(message)?.encryptedAt ?? 0;
  altered[at + 16] = (altered[at + 16] ?? 0) ^ 1; // the check of the session key
  await expect(rekeyed(altered, [next], old)).rejects.toMatchObject({ code: 'message-altered' });
  expect((await cipherOf([], old)).rekey).toBeUndefined();
  expect((await cipherOf([next], old, { profile: 'rfc9580' })).rekey).toBeUndefined();
});
