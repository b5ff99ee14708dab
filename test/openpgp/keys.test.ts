import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { say } from '@postgres-backuper/base';
import {
  createOpenPgpCipher,
  createSigner,
  generateKeyPair,
  type OpenPgpCipherOptions,
} from '@postgres-backuper/openpgp';
import { loadLibrary } from '@postgres-backuper/openpgp/library';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { beginGpgHome, type GpgHome } from './gpg-home.ts';

const { generateKey } = await loadLibrary();
const now = Date.now();
const data = Buffer.from('SELECT 1;\n'.repeat(100));
let home: GpgHome;

// of each try: a name stands for one key
beforeEach(() => {
  home = beginGpgHome();
});
afterEach(() => home.end());

const gpg = (args: readonly string[], input?: Uint8Array | string) => home.gpg(['--passphrase', '', ...args], input);

/** A key that certifies, with a subkey for encryption. */
async function makeKey(name: string, primary: string, subkey: string, expires = 'never'): Promise<string> {
  await gpg(['--quick-gen-key', name, primary, 'sign,cert', 'never']);
  const fingerprint = await fingerprintOf(name);
  await gpg(['--quick-add-key', fingerprint, subkey, 'encrypt', expires]);
  return fingerprint;
}

async function fingerprintOf(name: string): Promise<string> {
  const lines = (await gpg(['--list-keys', '--with-colons', `=${name}`])).toString().split('\n');
  return lines.find((line) => line.startsWith('fpr:'))!.split(':')[9]!;
}

const exported = async (name: string) => (await gpg(['--armor', '--export', `=${name}`])).toString();
const secret = async (...names: string[]) => (await gpg(['--armor', '--export-secret-keys', ...names])).toString();
const cipherFor = (publicKey: string, more: Partial<OpenPgpCipherOptions> = {}) =>
  createOpenPgpCipher({ publicKeys: [publicKey], now, ...more });
const refusal = (publicKey: string, more: Partial<OpenPgpCipherOptions> = {}) =>
  cipherFor(publicKey, more).then(
    () => ({ message: 'taken', hint: '' }),
    ({ message, hint }: { message: string; hint: string }) => ({ message, hint }),
  );

describe('curves that GnuPG has and few others', () => {
  it.each(['brainpoolP256r1', 'brainpoolP384r1', 'brainpoolP512r1', 'secp256k1'])(
    '%s works both ways',
    async (curve) => {
      for (const primary of ['ed25519', curve]) {
        const name = `${curve} under ${primary}`;
        const fingerprint = await makeKey(name, primary, curve);
        const publicKey = await exported(name);
        const cipher = await cipherFor(publicKey, { privateKeys: [await secret(`=${name}`)] });
        const message = await cipher.encrypt(data);
        expect((await gpg(['--decrypt'], message)).equals(data)).toBe(true);
        expect(Buffer.from(await cipher.decrypt(message)).equals(data)).toBe(true);
        const signature = (await gpg(['--armor', '--detach-sign', '--local-user', fingerprint], data)).toString();
        await (await createSigner({ signerKey: publicKey, now })).check(data, signature);
        const ours = await createSigner({ signingKey: await secret(`=${name}`), now });
        writeFileSync(home.path('sig'), await ours.sign(data));
        await gpg(['--verify', home.path('sig'), '-'], data);
      }
    },
  );
});

describe('a key that cannot be used is refused with what is wrong with it', () => {
  it.each([
    ['rsa1024', /its subkey '[0-9A-F]{16}' is RSA of 1024 bits, too few/],
    ['elg1024', /its subkey '[0-9A-F]{16}' is of the kind Elgamal/],
  ])('%s', async (kind, message) => {
    await makeKey(`weak ${kind}`, 'rsa2048', kind);
    expect(await refusal(await exported(`weak ${kind}`))).toMatchObject({
      message: expect.stringMatching(message),
      hint: expect.stringContaining('--quick-add-key'),
    });
  });

  it.each([
    ['dsa2048', 'it is of the kind DSA'],
    ['rsa1024', 'it is RSA of 1024 bits'],
  ])('a primary key of %s, for which no new subkey helps', async (primary, reason) => {
    await makeKey(`old ${primary}`, primary, 'rsa2048');
    expect(await refusal(await exported(`old ${primary}`))).toMatchObject({
      message: expect.stringContaining(`cannot be used: ${reason}`),
      hint: expect.stringContaining('make another'),
    });
  });

  it('a revoked subkey; the hint makes the key usable', async () => {
    const fingerprint = await makeKey('revoked sub', 'ed25519', 'cv25519');
    const answers = 'key 1\nrevkey\ny\n0\n\ny\nsave\n';
    await gpg(['--no-batch', '--command-fd', '0', '--edit-key', fingerprint], answers);
    const { message, hint } = await refusal(await exported('revoked sub'));
    expect(message).toMatch(/its subkey '[0-9A-F]{16}' is revoked/);
    await runHint(hint);
    await expect(cipherFor(await exported('revoked sub'))).resolves.toBeDefined();
  });

  it('an expired subkey; the hint makes the key usable', async () => {
    const fingerprint = await makeKey('short sub', 'ed25519', 'cv25519', '10d');
    const late = { now: now + 11 * 86_400_000 };
    const { message, hint } = await refusal(await exported('short sub'), late);
    expect(message).toContain(`the subkey of key '${fingerprint}' expired on`);
    await runHint(hint);
    await expect(cipherFor(await exported('short sub'), late)).resolves.toBeDefined();
  });

  it('an expired key with its subkey; the hint makes both usable', async () => {
    await gpg(['--quick-gen-key', 'short', 'default', 'default', '10d']);
    await gpg(['--quick-set-expire', await fingerprintOf('short'), '10d', '*']);
    const late = { now: now + 11 * 86_400_000 };
    const { message, hint } = await refusal(await exported('short'), late);
    expect(message).toMatch(/^key '\w+' expired on/);
    await runHint(hint);
    await expect(cipherFor(await exported('short'), late)).resolves.toBeDefined();
  });

  it('a key without a user ID, as some key servers give it', async () => {
    await makeKey('nameless', 'ed25519', 'cv25519');
    const bare = await gpg([
      '--armor',
      '--export-options',
      'export-minimal',
      '--export-filter',
      'keep-uid=uid=none',
      '--export',
      '=nameless',
    ]);
    expect((await refusal(bare.toString())).message).toContain('has no user ID');
  });

  /** Runs the commands that a hint holds in double quotes, as somebody would paste them. */
  async function runHint(hint: string): Promise<void> {
    const commands = [...hint.matchAll(/"gpg ([^"]+)"/g)].map(([, words = '']) => words);
    expect(commands.length).toBeGreaterThan(0);
    for (const words of commands) await gpg(words.split(' ').map((word) => word.replaceAll("'", '')));
  }
});

describe('keys of RFC 9580', () => {
  const kinds = [
    ['curve25519', 4],
    ['curve448', 4],
    ['curve25519', 6],
    ['curve448', 6],
  ] as const;

  it.each(kinds)(
    'of %s, version %i, are refused unless their profile is asked for: gpg cannot read them',
    async (type, version) => {
      const keys = await generateKey({
        userIDs: [{ name: 'new' }],
        type,
        date: new Date(now),
        config: { v6Keys: version === 6 },
      });
      expect(await refusal(keys.publicKey)).toMatchObject({
        message: expect.stringMatching(/^no GnuPG can read a backup for key/),
        hint: expect.stringContaining(say.option('openpgpProfile', 'rfc9580')),
      });
      const cipher = await cipherFor(keys.publicKey, { privateKeys: [keys.privateKey], profile: 'rfc9580' });
      expect(cipher.readers).toContain('no GnuPG');
      const message = await cipher.encrypt(data);
      expect(Buffer.from(await cipher.decrypt(message)).equals(data)).toBe(true);
      await expect(gpg(['--import'], keys.privateKey).then(() => gpg(['--decrypt'], message))).rejects.toThrow();
    },
  );

  it('are passed over where the same key has an older subkey that gpg reads', async () => {
    const keys = await generateKey({
      userIDs: [{ name: 'both' }],
      type: 'ecc',
      curve: 'ed25519Legacy',
      subkeys: [{ type: 'ecc', curve: 'curve25519Legacy' }, { type: 'curve25519' }],
      date: new Date(now),
    });
    const cipher = await cipherFor(keys.publicKey);
    expect(cipher.readers).toContain('GnuPG 2.2');
    await gpg(['--import'], keys.privateKey);
    expect((await gpg(['--decrypt'], await cipher.encrypt(data))).equals(data)).toBe(true);
  });

  it('and keys of gpg with the same profile make messages that gpg reads', async () => {
    await makeKey('plain', 'ed25519', 'cv25519');
    const cipher = await cipherFor(await exported('plain'), { profile: 'rfc9580' });
    expect(cipher.readers).toContain('GnuPG 2.2');
    expect((await gpg(['--decrypt'], await cipher.encrypt(data))).equals(data)).toBe(true);
  });
});

describe('private keys', () => {
  it.each(['camellia', 'checksum'])(
    'that only GnuPG unlocks (%s) are named at once; the way out works',
    async (name) => {
      const armored = readFileSync(join(import.meta.dirname, 'keys-of-gpg1', `${name}.asc`), 'utf8');
      const options = { privateKeys: [armored], privateKeyPassphrase: 'old pass' };
      const cipher = await cipherFor(armored, options);
      expect(cipher.notices.join()).toContain('only GnuPG unlocks');
      expect(cipher).toMatchObject({ canDecrypt: false, cannotDecrypt: { code: 'key-invalid' } });
      const message = await cipher.encrypt(data);
      await expect(cipher.decrypt(message)).rejects.toThrow('only GnuPG unlocks');
      await home.gpg(['--passphrase', 'old pass', '--import'], armored);
      const again = (
        await home.gpg(['--passphrase', 'old pass', '--armor', '--export-secret-keys', `=${name}`])
      ).toString();
      const opener = await createOpenPgpCipher({ ...options, publicKeys: [], privateKeys: [again], now });
      expect(Buffer.from(await opener.decrypt(message)).equals(data)).toBe(true);
    },
  );

  it('of one primary key with one subkey each open what is for either, whatever their order', async () => {
    const aDayAgo = ['--faked-system-time', String(Math.floor(now / 1000) - 86_400)];
    await gpg([...aDayAgo, '--quick-gen-key', 'two subs', 'ed25519', 'sign,cert', 'never']);
    const fingerprint = await fingerprintOf('two subs');
    await gpg([...aDayAgo, '--quick-add-key', fingerprint, 'cv25519', 'encrypt', 'never']);
    const older = await exported('two subs');
    await gpg(['--quick-add-key', fingerprint, 'cv25519', 'encrypt', 'never']);
    const newer = await exported('two subs');
    const lines = (await gpg(['--list-keys', '--with-colons', fingerprint])).toString().split('\n');
    const [a, b] = lines.flatMap((line) => (line.startsWith('sub:') ? [line.split(':')[4]!] : []));
    const part = async (id: string) => (await gpg(['--armor', '--export-secret-subkeys', `${id}!`])).toString();
    const parts = [await part(a!), await part(b!)];
    const messages = await Promise.all([older, newer].map(async (key) => (await cipherFor(key)).encrypt(data)));
    for (const order of [parts, parts.toReversed()]) {
      const opener = await createOpenPgpCipher({
        publicKeys: [],
        privateKeys: order,
        now,
      });
      for (const message of messages) expect(Buffer.from(await opener.decrypt(message)).equals(data)).toBe(true);
    }
    // two exports of the public key: the newer subkey is known, whatever the order
    for (const publicKey of [older + newer, newer + older]) {
      const message = await (await cipherFor(publicKey)).encrypt(data);
      const packets = (await gpg(['--list-packets'], message)).toString();
      expect(packets).toContain(`keyid ${b}`);
    }
  });

  it('whose part for the backup is elsewhere are named: another machine, or a smart card', async () => {
    const fingerprint = await makeKey('parted', 'ed25519', 'cv25519');
    const message = await (await cipherFor(await exported('parted'))).encrypt(data);
    const grips = (await gpg(['--list-secret-keys', '--with-colons', '--with-keygrip', fingerprint])).toString();
    const grip = grips.match(/^grp:.*$/gm)?.[1]?.split(':')[9];
    rmSync(home.path(`private-keys-v1.d/${grip}.key`));
    const without = await gpg(['--export-secret-keys', fingerprint]);
    const opener = await createOpenPgpCipher({ publicKeys: [], privateKeys: [without], now });
    await expect(opener.decrypt(message)).rejects.toMatchObject({ code: 'key-wrong' });
    const stub = Buffer.from(without.toString('latin1').replace('GNU\x01', 'GNU\x02'), 'latin1');
    const card = await createOpenPgpCipher({ publicKeys: [], privateKeys: [stub], now });
    expect(card.cannotDecrypt?.message).toContain('is on a smart card');
  });

  it('of keygen are imported by gpg without a warning', async () => {
    const own = beginGpgHome();
    try {
      const pair = await generateKeyPair({ passphrase: 'x', now });
      await own.gpg(['--logger-file', own.path('log'), '--import'], pair.publicKey);
      await own.gpg(['--logger-file', own.path('log'), '--passphrase', 'x', '--import'], pair.privateKey);
      const log = readFileSync(own.path('log'), 'utf8');
      expect(log).toContain('secret keys imported: 1');
      expect(log).not.toMatch(/warning|preference|algorithm/i);
    } finally {
      own.end();
    }
  });
});
