import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import {
  createOpenPgpCipher,
  createSigner,
  generateKeyPair,
  type KeyPair,
  type OpenPgpCipherOptions,
} from '@postgres-backuper/openpgp';
import type { Cipher } from '@postgres-backuper/repository';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beginGpgHome, type GpgHome } from './gpg-home.ts';

const sq = (process.env.PATH ?? '')
  .split(':')
  .map((folder) => `${folder}/sq`)
  .find(existsSync);
const now = Date.now();
const data = randomBytes(3 << 20);
let home: GpgHome;
let pair: KeyPair;

beforeAll(async () => {
  home = beginGpgHome();
  pair = await generateKeyPair({ passphrase: 'open sesame', now });
  await home.gpg(['--import'], pair.publicKey);
  await home.gpg(['--passphrase', 'open sesame', '--import'], pair.privateKey);
});
afterAll(() => home.end());

const cipher = (options: Partial<OpenPgpCipherOptions> = {}) =>
  createOpenPgpCipher({
    publicKeys: [pair.publicKey],
    privateKeys: [pair.privateKey],
    privateKeyPassphrase: 'open sesame',
    now,
    ...options,
  });

describe('our messages, read by gpg', () => {
  it('reads what is encrypted to our public key', async () => {
    const message = await (await cipher()).encrypt(data);
    const plain = await home.gpg(['--passphrase', 'open sesame', '--decrypt'], message);
    expect(plain.equals(data)).toBe(true);
  });

  it('reads what is encrypted with a passphrase', async () => {
    const message = await (await cipher({ publicKeys: [], passphrase: 'päss wörd' })).encrypt(data);
    const plain = await home.gpg(['--passphrase', 'päss wörd', '--decrypt'], message);
    expect(plain.equals(data)).toBe(true);
  });

  it('reads an empty message', async () => {
    const message = await (await cipher()).encrypt(new Uint8Array());
    expect(await home.gpg(['--passphrase', 'open sesame', '--decrypt'], message)).toHaveLength(0);
  });

  it('lists AES-256 with integrity protection and no compression', async () => {
    const message = await (await cipher()).encrypt(randomBytes(64));
    const packets = await home.gpg(['--passphrase', 'open sesame', '--list-packets', '--verbose'], message);
    expect(packets.toString()).toMatch(/:encrypted data packet:[\s\S]*mdc_method: 2[\s\S]*:literal data packet:/);
    expect(packets.toString()).not.toContain('compressed packet');
  });
});

describe("gpg's messages, read by us", () => {
  it.each([
    ['as by default', []],
    ['compressed with zip', ['--compress-algo', 'zip']],
    ['compressed with zlib', ['--compress-algo', 'zlib']],
    ['compressed with bzip2', ['--compress-algo', 'bzip2']],
    ['to a hidden recipient', ['--throw-keyids']],
    ['armored', ['--armor']],
    ['signed too', ['--sign', '--local-user', 'postgres-backuper', '--passphrase', 'open sesame']],
  ])('reads a public-key message %s', async (_, args) => {
    const text = Buffer.from('select 1;\n'.repeat(200_000));
    const message = await home.gpg(
      ['--trust-model', 'always', '--recipient', pair.fingerprint, ...args, '--encrypt'],
      text,
    );
    expect(Buffer.from(await (await cipher()).decrypt(message)).equals(text)).toBe(true);
  });

  it('reads a symmetric message', async () => {
    const message = await home.gpg(['--passphrase', 'word', '--symmetric'], data);
    const opener = await createOpenPgpCipher({ publicKeys: [], passphrase: 'word', now });
    expect(Buffer.from(await opener.decrypt(message)).equals(data)).toBe(true);
  });

  it('tells a wrong passphrase of a symmetric message from damage', async () => {
    const message = await home.gpg(['--passphrase', 'word', '--symmetric'], data);
    const wrong = await createOpenPgpCipher({ publicKeys: [], passphrase: 'sword', now });
    await expect(wrong.decrypt(message)).rejects.toMatchObject({ code: 'passphrase-wrong' });
    const right = await createOpenPgpCipher({ publicKeys: [], passphrase: 'word', now });
    message[message.length >> 1]! ^= 1;
    await expect(right.decrypt(message)).rejects.toMatchObject({ code: 'message-altered' });
  });

  it('refuses a message without integrity protection', async () => {
    // gpg 2.2 makes such packets (tag 9) no longer.
    const legacy = Buffer.concat([Buffer.from([0xc9, 40]), randomBytes(40)]);
    const opener = await createOpenPgpCipher({ publicKeys: [], passphrase: 'word', now });
    await expect(opener.decrypt(legacy)).rejects.toMatchObject({ code: 'message-altered' });
  });

  it('stops at the bound when a small message decompresses to a large one', async () => {
    const bomb = await home.gpg(
      ['--trust-model', 'always', '--recipient', pair.fingerprint, '--compress-algo', 'zlib', '--encrypt'],
      Buffer.alloc(32 << 20),
    );
    expect(bomb.length).toBeLessThan(100_000);
    await expect((await cipher()).decrypt(bomb, { maxBytes: 1 << 20 })).rejects.toMatchObject({
      code: 'message-altered',
    });
  });
});

/** Alters random bytes: each time an error of ours, or (spare bits in front of the encrypted data) the very same plaintext. */
async function neverOtherBytes(cipher: Cipher, message: Uint8Array): Promise<void> {
  for (let run = 0; run < 100; run++) {
    const copy = Uint8Array.from(message);
    copy[Math.floor(Math.random() * copy.length)]! ^= 1 + Math.floor(Math.random() * 255);
    const outcome = await cipher.decrypt(copy).catch((error) => error);
    if (outcome instanceof Uint8Array) expect(Buffer.from(outcome).equals(data.subarray(0, 500))).toBe(true);
    else expect(outcome).toMatchObject({ code: 'message-altered' });
  }
}

describe("gpg's keys as recipients and openers", () => {
  it.each([
    ['rsa2048', 'rsa2048', 'rsa2048'],
    ['ed25519 with cv25519', 'ed25519', 'cv25519'],
    ['nistp256', 'nistp256', 'nistp256'],
  ])('encrypts to and opens with %s', async (name, primary, subkey) => {
    const own = beginGpgHome();
    try {
      await own.gpg(['--passphrase', 'gpg pass', '--quick-gen-key', name, primary, 'sign,cert', 'never']);
      const [fingerprint] = await own.fingerprints();
      await own.gpg(['--passphrase', 'gpg pass', '--quick-add-key', fingerprint!, subkey, 'encrypt', 'never']);
      const publicKey = (await own.gpg(['--armor', '--export'])).toString();
      const secret = (await own.gpg(['--passphrase', 'gpg pass', '--armor', '--export-secret-keys'])).toString();
      const both = await createOpenPgpCipher({
        publicKeys: [publicKey],
        privateKeys: [secret],
        privateKeyPassphrase: 'gpg pass',
        now,
      });
      expect(both.recipients).toEqual([fingerprint]);
      const message = await both.encrypt(data);
      expect((await own.gpg(['--passphrase', 'gpg pass', '--decrypt'], message)).equals(data)).toBe(true);
      expect(Buffer.from(await both.decrypt(message)).equals(data)).toBe(true);
      await neverOtherBytes(both, await both.encrypt(data.subarray(0, 500)));
    } finally {
      own.end();
    }
  });

  it('refuses an expired key, and warns of one that expires within 30 days', async () => {
    const own = beginGpgHome();
    try {
      await own.gpg(['--passphrase', '', '--quick-gen-key', 'soon', 'default', 'default', '10d']);
      const publicKey = await own.gpg(['--export']);
      const soon = await createOpenPgpCipher({ publicKeys: [publicKey], now });
      expect(soon.notices).toEqual([expect.stringContaining('expires on')]);
      const later = createOpenPgpCipher({ publicKeys: [publicKey], now: now + 11 * 86_400_000 });
      await expect(later).rejects.toMatchObject({
        code: 'key-expired',
        message: expect.stringMatching(/expired on \d{4}-/),
      });
    } finally {
      own.end();
    }
  });

  it('refuses a revoked key', async () => {
    const own = beginGpgHome();
    try {
      await own.gpg(['--passphrase', '', '--quick-gen-key', 'gone', 'default', 'default', 'never']);
      const [fingerprint] = await own.fingerprints();
      const revocation = readFileSync(own.path(`openpgp-revocs.d/${fingerprint}.rev`), 'utf8').replace(
        ':-----',
        '-----',
      );
      await own.gpg(['--import'], revocation);
      const publicKey = await own.gpg(['--export']);
      await expect(createOpenPgpCipher({ publicKeys: [publicKey], now })).rejects.toMatchObject({
        code: 'key-invalid',
        message: expect.stringContaining('revoked'),
      });
    } finally {
      own.end();
    }
  });
});

describe.skipIf(!sq)('Sequoia (skipped where there is no sq)', () => {
  it('reads our messages, and we read its', async () => {
    const run = (args: readonly string[], input: Uint8Array = new Uint8Array()) =>
      execFileSync(sq!, args, { input, maxBuffer: 64 << 20 });
    const isOld = run(['--version']).includes('sq 0.'); // Debian 12 has 0.27, with other option names
    const own = beginGpgHome();
    try {
      await own.gpg(['--passphrase', '', '--quick-gen-key', 'for sq', 'default', 'default', 'never']);
      const publicKey = (await own.gpg(['--armor', '--export'])).toString();
      const privateKey = (await own.gpg(['--armor', '--export-secret-keys'])).toString();
      writeFileSync(own.path('secret.asc'), privateKey);
      writeFileSync(own.path('public.asc'), publicKey);
      const cipher = await createOpenPgpCipher({ publicKeys: [publicKey], privateKeys: [privateKey], now });
      const key = isOld ? '--recipient-key' : '--recipient-file';
      const plain = run(['decrypt', key, own.path('secret.asc')], await cipher.encrypt(data));
      expect(plain.equals(data)).toBe(true);
      // its padding follows the compressed data, which the library takes for junk
      const cert = isOld ? ['--compression', 'none', '--recipient-cert'] : ['--without-signature', '--for-file'];
      const message = run(['encrypt', '--binary', ...cert, own.path('public.asc')], data);
      expect(Buffer.from(await cipher.decrypt(message)).equals(data)).toBe(true);
    } finally {
      own.end();
    }
  });
});

describe('detached signatures', () => {
  const commit = Buffer.from('{"version":1}\n');
  const verify = async (signature: string | Buffer) => {
    writeFileSync(home.path('commit.json'), commit);
    writeFileSync(home.path('commit.json.sig'), signature);
    return home.gpg(['--verify', home.path('commit.json.sig'), home.path('commit.json')]);
  };

  it('gpg accepts ours', async () => {
    const signer = await createSigner({ signingKey: pair.privateKey, passphrase: 'open sesame', now });
    await verify(await signer.sign(commit));
  });

  it('we accept that of gpg, by the primary key and by a signing subkey alone', async () => {
    const own = beginGpgHome();
    try {
      await own.gpg(['--passphrase', '', '--quick-gen-key', 'signer', 'ed25519', 'sign,cert', 'never']);
      const [fingerprint] = await own.fingerprints();
      const byPrimary = (await own.gpg(['--armor', '--detach-sign'], commit)).toString();
      await own.gpg(['--passphrase', '', '--quick-add-key', fingerprint!, 'ed25519', 'sign', 'never']);
      const bySubkey = (await own.gpg(['--armor', '--detach-sign'], commit)).toString();
      const signerKey = (await own.gpg(['--armor', '--export'])).toString();
      const pinned = await createSigner({ signerKey, now });
      expect(pinned.fingerprint).toBe(fingerprint);
      await pinned.check(commit, byPrimary);
      await pinned.check(commit, bySubkey);
      const subkeyOnly = (await own.gpg(['--armor', '--export-secret-subkeys'])).toString();
      const signer = await createSigner({ signingKey: subkeyOnly, signerKey, now });
      await pinned.check(commit, await signer.sign(commit));
    } finally {
      own.end();
    }
  });
});
