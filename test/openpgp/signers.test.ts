import { writeFileSync } from 'node:fs';
import { createSigner } from '@postgres-backuper/openpgp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { beginGpgHome, type GpgHome } from './gpg-home.ts';

const DAY = 86_400_000;
const now = Date.now();
const commit = Buffer.from('{"version":1}\n');
let home: GpgHome;
let fingerprint: string;

beforeEach(async () => {
  home = beginGpgHome();
  await at(-100, ['--quick-gen-key', 'signer', 'ed25519', 'sign,cert', '60d']);
  [fingerprint] = (await home.fingerprints()) as [string];
});
afterEach(() => home.end());

/** Runs gpg as if today were that many days from now. */
function at(days: number, args: readonly string[], input?: Uint8Array | string): Promise<Buffer> {
  const seconds = Math.floor(now / 1000) + days * 86_400;
  return home.gpg(['--faked-system-time', String(seconds), '--passphrase', '', ...args], input);
}

const sign = async (days: number, args: readonly string[] = []) =>
  (await at(days, [...args, '--armor', '--detach-sign'], commit)).toString();
const exported = async () => (await home.gpg(['--armor', '--export'])).toString();
const check = async (signature: string, signerKey: string, later = now) =>
  (await createSigner({ signerKey, now: later })).check(commit, signature);
const extend = (days: number, until: string, subkeys: readonly string[] = []) =>
  at(days, ['--quick-set-expire', fingerprint, until, ...subkeys]);

describe('a signature by a key that gpg extended', () => {
  it('before its expiry stays good, with the new export, the old one and both in any order', async () => {
    const signature = await sign(-90);
    const before = await exported();
    await extend(-50, '5y');
    const after = await exported();
    expect(after).not.toBe(before);
    await home.gpg(['--verify', ...files(signature)]);
    for (const key of [before, after, before + after, after + before]) await check(signature, key);
    const newer = await sign(-10);
    for (const key of [after, before + after, after + before]) await check(newer, key);
    await expect(check(newer, before)).rejects.toMatchObject({
      code: 'signature-invalid',
      message: expect.stringMatching(/after the key '\w+' had expired on/),
      hint: expect.stringContaining('export it again'),
    });
  });

  it('after its expiry stays good too, and when the extended key has expired in its turn', async () => {
    const signature = await sign(-90);
    await extend(-10, '1y');
    const key = await exported();
    await check(signature, key);
    await check(signature, key, now + 10 * 365 * DAY);
    const signer = (await home.gpg(['--passphrase', '', '--armor', '--export-secret-keys'])).toString();
    const ours = await createSigner({ signingKey: signer, now });
    await check(await ours.sign(commit), key, now + 10 * 365 * DAY);
  });

  it('can be made with the private key as it was before, beside the public key as it is now', async () => {
    const secret = ['--passphrase', '', '--armor', '--export-secret-keys'];
    const signingKey = (await home.gpg(secret)).toString();
    await expect(createSigner({ signingKey, now })).rejects.toMatchObject({ code: 'key-expired' });
    await extend(-10, '1y');
    const signerKey = await exported();
    const signer = await createSigner({ signingKey, signerKey, now });
    await check(await signer.sign(commit), signerKey);
  });

  it('by a subkey stays good when the subkey is extended', async () => {
    await at(-100, ['--quick-add-key', fingerprint, 'ed25519', 'sign', '30d']);
    const signature = await sign(-90);
    const before = await exported();
    await extend(-20, '2y');
    await extend(-20, '2y', ['*']);
    const after = await exported();
    for (const key of [before, after, before + after, after + before]) await check(signature, key);
  });
});

describe('a revoked signer', () => {
  const revoke = async (reason: number, days: number) => {
    const answers = `y\n${reason}\n\ny\n`;
    const args = ['--no-batch', '--command-fd', '0', '--output', home.path('rev'), '--gen-revoke', fingerprint];
    await at(days, args, answers);
    await home.gpg(['--import', home.path('rev')]);
  };

  it.each([2, 3])('that was retired or replaced (reason %i) keeps what it signed before', async (reason) => {
    const before = await sign(-90);
    const later = await sign(-50);
    await revoke(reason, -70);
    const key = await exported();
    await check(before, key);
    await expect(check(later, key)).rejects.toMatchObject({ message: expect.stringContaining('is revoked') });
  });

  it('keeps what its retired subkey signed before, in whatever order signatures are checked', async () => {
    await at(-95, ['--quick-add-key', fingerprint, 'ed25519', 'sign', 'never']);
    const before = await sign(-90);
    const later = await sign(-50);
    await at(-70, ['--no-batch', '--command-fd', '0', '--edit-key', fingerprint], 'key 1\nrevkey\ny\n3\n\ny\nsave\n');
    const signer = await createSigner({ signerKey: await exported(), now });
    for (let turn = 0; turn < 2; turn++) {
      await expect(signer.check(commit, later)).rejects.toMatchObject({
        message: expect.stringContaining('is revoked'),
      });
      await signer.check(commit, before);
    }
  });

  it.each([0, 1])('that may be in other hands (reason %i) signed nothing', async (reason) => {
    const before = await sign(-90);
    await revoke(reason, -70);
    await expect(check(before, await exported())).rejects.toMatchObject({
      code: 'signature-invalid',
      message: expect.stringContaining('is revoked'),
    });
  });
});

it('a signature by another key names its key ID, one of the future its date', async () => {
  const key = await exported();
  const future = await sign(-45, ['--ignore-time-conflict']);
  await check(future, key);
  await expect(check(future, key, now - 60 * DAY)).rejects.toMatchObject({
    message: expect.stringContaining('in the future'),
  });
  const other = beginGpgHome();
  try {
    await other.gpg(['--passphrase', '', '--quick-gen-key', 'other', 'ed25519', 'sign,cert', 'never']);
    const foreign = (await other.gpg(['--armor', '--detach-sign'], commit)).toString();
    const [id] = (await other.fingerprints()).map((one) => one.slice(-16));
    await expect(check(foreign, key)).rejects.toMatchObject({ message: expect.stringContaining(`key ID '${id}'`) });
  } finally {
    other.end();
  }
});

function files(signature: string): readonly string[] {
  writeFileSync(home.path('sig'), signature);
  writeFileSync(home.path('commit'), commit);
  return [home.path('sig'), home.path('commit')];
}
