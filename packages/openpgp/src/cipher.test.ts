import { randomBytes } from 'node:crypto';
import { isBackuperError } from '@postgres-backuper/base';
import type { Cipher } from '@postgres-backuper/repository';
import { generateKey, readMessage } from 'openpgp';
import { beforeAll, describe, expect, it } from 'vitest';
import { createOpenPgpCipher } from './cipher.ts';
import { generateKeyPair, type KeyPair } from './key-pair.ts';

const now = Date.UTC(2026, 0, 2);
const passphrase = 'canary-passphrase-71c2';
const data = randomBytes(100_000);
let pair: KeyPair;
let other: KeyPair;

beforeAll(async () => {
  [pair, other] = await Promise.all([generateKeyPair({ passphrase, now }), generateKeyPair({ passphrase, now })]);
});

const both = (keys: KeyPair = pair, to: readonly KeyPair[] = [keys]) =>
  createOpenPgpCipher({
    publicKeys: to.map(({ publicKey }) => publicKey),
    privateKeys: [keys.privateKey],
    privateKeyPassphrase: passphrase,
    now,
  });

async function outcomeOf(cipher: Cipher, message: Uint8Array, place: number): Promise<string> {
  const copy = Uint8Array.from(message);
  copy[place]! ^= 1 + Math.floor(Math.random() * 255);
  return cipher.decrypt(copy).then(
    (plaintext) => (data.subarray(0, 2000).equals(plaintext) ? 'same plaintext' : 'OTHER PLAINTEXT'),
    (error) => (isBackuperError(error) ? error.code : String(error)),
  );
}

describe('a message', () => {
  it('comes back as it went', async () => {
    const cipher = await both();
    expect(Buffer.from(await cipher.decrypt(await cipher.encrypt(data))).equals(data)).toBe(true);
    expect(cipher.recipients).toEqual([pair.fingerprint]);
    expect(cipher.notices).toEqual([]);
  });

  it('has a session key of its own: no two are equal', async () => {
    const cipher = await both();
    const [one, two] = await Promise.all([cipher.encrypt(data), cipher.encrypt(data)]);
    expect(Buffer.from(one).subarray(-1000).equals(Buffer.from(two).subarray(-1000))).toBe(false);
  });

  it('is opened by each of several recipients', async () => {
    const message = await (await both(pair, [pair, other])).encrypt(data);
    for (const keys of [pair, other]) {
      expect(Buffer.from(await (await both(keys)).decrypt(message)).equals(data)).toBe(true);
    }
  });

  it('is refused above the bound of its plaintext', async () => {
    const cipher = await both();
    const message = await cipher.encrypt(data);
    await expect(cipher.decrypt(message, { maxBytes: data.length - 1 })).rejects.toMatchObject({
      code: 'message-altered',
    });
    await expect(cipher.decrypt(message, { maxBytes: data.length })).resolves.toHaveLength(data.length);
  });

  it('with an altered byte in its encrypted part is refused as altered', async () => {
    const cipher = await both();
    const message = await cipher.encrypt(data.subarray(0, 2000));
    const start = 2 + message[1]!;
    const random = Array.from({ length: 60 }, () => start + Math.floor(Math.random() * (message.length - start)));
    for (const place of [...Array(40).keys()].map((at) => start + at).concat(random)) {
      expect(`${place}: ${await outcomeOf(cipher, message, place)}`).toBe(`${place}: message-altered`);
    }
  });

  it('with an altered byte in front of it is refused as altered, or the byte meant nothing', async () => {
    // Nothing: the spare bits of a number's length, and the old form of a packet's header.
    const cipher = await both();
    const message = await cipher.encrypt(data.subarray(0, 2000));
    const outcomes = await Promise.all([...Array(2 + message[1]!).keys()].map((at) => outcomeOf(cipher, message, at)));
    expect(new Set(outcomes.filter((code) => code !== 'same plaintext'))).toEqual(new Set(['message-altered']));
    expect(outcomes.filter((code) => code === 'same plaintext').length).toBeLessThan(4);
  });

  it('that is cut, lengthened or empty is refused as altered', async () => {
    const cipher = await both();
    const message = await cipher.encrypt(data);
    const wrong = [
      message.subarray(0, -1),
      message.subarray(0, 50),
      Buffer.concat([message, Buffer.from([0])]),
      Buffer.concat([message, message]),
      new Uint8Array(),
      Buffer.from('-----BEGIN PGP MESSAGE-----\n\nx\n'),
    ];
    for (const bytes of wrong) await expect(cipher.decrypt(bytes)).rejects.toMatchObject({ code: 'message-altered' });
  });

  it('of more than 64 addressees is refused before any key is tried', async () => {
    const cipher = await both();
    const message = await cipher.encrypt(data);
    // The first packet: a tag, a one-octet length, the session key for our key.
    const packet = Buffer.from(message.subarray(0, 2 + message[1]!));
    const flood = Buffer.concat([...Array(65).fill(packet), message]);
    await expect(cipher.decrypt(flood)).rejects.toMatchObject({ message: expect.stringContaining('more than 64') });
  });
});

describe('keys', () => {
  it('that do not fit are named, with the key ID that would', async () => {
    const message = await (await both(other)).encrypt(data);
    const error = await (await both()).decrypt(message).catch((e) => e);
    const id = (await readMessage({ binaryMessage: message })).getEncryptionKeyIDs()[0]!.toHex().toUpperCase();
    expect(error).toMatchObject({ code: 'key-wrong' });
    expect(error.message).toContain(pair.fingerprint);
    expect(error.message).toContain(id);
  });

  it('are not needed to encrypt, but to decrypt', async () => {
    const cipher = await createOpenPgpCipher({ publicKeys: [pair.publicKey], now });
    expect(cipher).toMatchObject({ canEncrypt: true, canDecrypt: false });
    const message = await cipher.encrypt(data);
    const none = await createOpenPgpCipher({ publicKeys: [], now });
    const [id = ''] = (await readMessage({ binaryMessage: message })).getEncryptionKeyIDs().map((one) => one.toHex());
    for (const { decrypt } of [cipher, none]) {
      const named = { code: 'key-missing', message: expect.stringContaining(id.toUpperCase()) };
      await expect(decrypt(message)).rejects.toMatchObject(named);
    }
    await expect(none.encrypt(data)).rejects.toMatchObject({ code: 'key-missing' });
  });

  it('locked without a passphrase, or with a wrong one, are told apart', async () => {
    const message = await (await both()).encrypt(data);
    const locked = await createOpenPgpCipher({ publicKeys: [], privateKeys: [pair.privateKey], now });
    expect(locked.canDecrypt).toBe(false);
    await expect(locked.decrypt(message)).rejects.toMatchObject({ code: 'passphrase-missing' });
    const options = { publicKeys: [], privateKeys: [pair.privateKey], privateKeyPassphrase: 'canary-wrong-33', now };
    await expect((await createOpenPgpCipher(options)).decrypt(message)).rejects.toMatchObject({
      code: 'passphrase-wrong',
    });
  });

  it('that cannot be unlocked do not stand in the way of one that can', async () => {
    const [one, two] = [await (await both()).encrypt(data), await (await both(other)).encrypt(data)];
    const locked = await generateKeyPair({ passphrase: 'another passphrase', now });
    const opener = await createOpenPgpCipher({
      publicKeys: [],
      privateKeys: [locked.privateKey, other.privateKey, pair.privateKey],
      privateKeyPassphrase: passphrase,
      now,
    });
    for (const message of [one, two]) expect(Buffer.from(await opener.decrypt(message)).equals(data)).toBe(true);
    const forLocked = await (await createOpenPgpCipher({ publicKeys: [locked.publicKey], now })).encrypt(data);
    await expect(opener.decrypt(forLocked)).rejects.toMatchObject({ code: 'passphrase-wrong' });
  });

  it('private ones work as recipients, with a notice', async () => {
    const cipher = await createOpenPgpCipher({ publicKeys: [pair.privateKey], now });
    expect(cipher.notices).toEqual([expect.stringContaining('private part')]);
    expect(cipher.recipients).toEqual([pair.fingerprint]);
    expect(Buffer.from(await (await both()).decrypt(await cipher.encrypt(data))).equals(data)).toBe(true);
  });

  it('several in one text, and one in Base64, are all read', async () => {
    const concatenated = await createOpenPgpCipher({ publicKeys: [`${pair.publicKey}\n${other.publicKey}`], now });
    expect(concatenated.recipients).toEqual([pair.fingerprint, other.fingerprint]);
    const base64 = Buffer.from(pair.publicKey).toString('base64');
    expect((await createOpenPgpCipher({ publicKeys: [base64], now })).recipients).toEqual([pair.fingerprint]);
    const oneLine = pair.publicKey.replaceAll(/\r?\n/g, '\\n');
    expect((await createOpenPgpCipher({ publicKeys: [oneLine], now })).recipients).toEqual([pair.fingerprint]);
  });

  it.each([
    '',
    'not a key',
    '/etc/missing.asc',
    'A'.repeat(200),
    '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----',
  ])('that are none are refused: %j', async (text) => {
    await expect(createOpenPgpCipher({ publicKeys: [text], now })).rejects.toMatchObject({ code: 'key-invalid' });
  });

  it('public ones are refused as private', async () => {
    const cipher = createOpenPgpCipher({ publicKeys: [], privateKeys: [pair.publicKey], now });
    await expect(cipher).rejects.toMatchObject({
      code: 'key-invalid',
      message: expect.stringMatching(/^the public key '[0-9A-F]{40}' was given as the private key$/),
    });
  });

  it('that can only sign are refused', async () => {
    const { publicKey } = await generateKey({
      userIDs: [{ name: 'signs' }],
      type: 'ecc',
      curve: 'ed25519Legacy',
      subkeys: [{ sign: true }],
      date: new Date(now),
    });
    await expect(createOpenPgpCipher({ publicKeys: [publicKey], now })).rejects.toMatchObject({
      code: 'key-invalid',
      message: expect.stringContaining('cannot encrypt'),
    });
  });

  it('that expired still open what they could open, but encrypt no more', async () => {
    const keys = await generateKey({
      userIDs: [{ name: 'short' }],
      type: 'ecc',
      curve: 'curve25519Legacy',
      keyExpirationTime: 20 * 86_400,
      date: new Date(now),
    });
    const options = { publicKeys: [keys.publicKey], privateKeys: [keys.privateKey] };
    const cipher = await createOpenPgpCipher({ ...options, now });
    expect(cipher.notices).toEqual([expect.stringContaining('expires on 2026-01-22')]);
    const message = await cipher.encrypt(data);
    const late = now + 21 * 86_400_000;
    await expect(createOpenPgpCipher({ ...options, now: late })).rejects.toMatchObject({ code: 'key-expired' });
    const opener = await createOpenPgpCipher({ ...options, publicKeys: [], now: late });
    expect(Buffer.from(await opener.decrypt(message)).equals(data)).toBe(true);
  });

  it('made in the future are refused, unless the clocks differ by minutes only', async () => {
    const cipher = (at: number) => createOpenPgpCipher({ publicKeys: [pair.publicKey], now: at });
    await expect(cipher(now - 60_000)).resolves.toBeDefined();
    await expect(cipher(now - 3_600_000)).rejects.toMatchObject({ message: expect.stringContaining('in the future') });
  });
});

describe('a passphrase', () => {
  const cipher = (word: string) => createOpenPgpCipher({ publicKeys: [], passphrase: word, now });

  it('opens what it encrypted, and is no recipient', async () => {
    const own = await cipher(passphrase);
    expect(own).toMatchObject({ recipients: [], canEncrypt: true, canDecrypt: true });
    expect(Buffer.from(await own.decrypt(await own.encrypt(data))).equals(data)).toBe(true);
  });

  it('that is wrong is named as wrong, not as damage', async () => {
    const message = await (await cipher(passphrase)).encrypt(data.subarray(0, 100));
    for (let at = 0; at < 4; at++) {
      const code = await (await cipher(`wrong-${at}`)).decrypt(message).catch(({ code }) => code);
      expect(code).toBe('passphrase-wrong');
    }
  });

  it('tells altered data from a wrong passphrase', async () => {
    const own = await cipher(passphrase);
    const message = await own.encrypt(data);
    message[message.length - 30]! ^= 1;
    await expect(own.decrypt(message)).rejects.toMatchObject({ code: 'message-altered' });
  });

  it('that is missing is named, and so is a key where there is only a passphrase', async () => {
    const message = await (await cipher(passphrase)).encrypt(data);
    await expect((await both()).decrypt(message)).rejects.toMatchObject({ code: 'passphrase-missing' });
    const forKey = await (await both()).encrypt(data);
    await expect((await cipher(passphrase)).decrypt(forKey)).rejects.toMatchObject({ code: 'key-wrong' });
  });
});

describe('profile rfc9580', () => {
  it('makes a version 6 key whose messages use GCM', async () => {
    const v6 = await generateKeyPair({ passphrase, profile: 'rfc9580', now });
    expect(v6.fingerprint).toMatch(/^[0-9A-F]{64}$/);
    const cipher = await createOpenPgpCipher({
      publicKeys: [v6.publicKey],
      privateKeys: [v6.privateKey],
      privateKeyPassphrase: passphrase,
      profile: 'rfc9580',
      now,
    });
    const message = await cipher.encrypt(data);
    const packets = (await readMessage({ binaryMessage: message })).packets as unknown as { aeadAlgorithm?: number }[];
    expect(packets.map(({ aeadAlgorithm }) => aeadAlgorithm)).toContain(3);
    expect(Buffer.from(await cipher.decrypt(message)).equals(data)).toBe(true);
    message[message.length - 500]! ^= 1;
    await expect(cipher.decrypt(message)).rejects.toMatchObject({ code: 'message-altered' });
  });

  it('falls back to the default form for a key that cannot read GCM', async () => {
    const cipher = await createOpenPgpCipher({ publicKeys: [pair.publicKey], profile: 'rfc9580', now });
    expect(Buffer.from(await (await both()).decrypt(await cipher.encrypt(data))).equals(data)).toBe(true);
  });

  it('encrypts with a passphrase too', async () => {
    const cipher = await createOpenPgpCipher({ publicKeys: [], passphrase, profile: 'rfc9580', now });
    expect(Buffer.from(await cipher.decrypt(await cipher.encrypt(data))).equals(data)).toBe(true);
  });
});

describe('errors', () => {
  it('hold no secret, in whatever property', async () => {
    const message = await (await both()).encrypt(data);
    const wrong = { publicKeys: [], privateKeys: [pair.privateKey], privateKeyPassphrase: 'canary-wrong-33', now };
    const errors = await Promise.all([
      createOpenPgpCipher(wrong)
        .then((c) => c.decrypt(message))
        .catch((e) => e),
      createOpenPgpCipher({ publicKeys: ['canary-wrong-33'], now }).catch((e) => e),
      createOpenPgpCipher({ publicKeys: [], passphrase: 'canary-wrong-33', now })
        .then((c) => c.decrypt(message))
        .catch((e) => e),
    ]);
    for (const error of errors) {
      expect(isBackuperError(error)).toBe(true);
      const { inspect } = await import('node:util');
      expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/canary|PRIVATE KEY BLOCK-----/);
    }
  });
});
