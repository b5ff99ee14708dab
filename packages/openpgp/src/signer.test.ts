import { beforeAll, describe, expect, it } from 'vitest';
import { generateKeyPair, type KeyPair } from './key-pair.ts';
import { loadLibrary } from './library.ts';
import { createSigner } from './signer.ts';

const now = Date.UTC(2026, 0, 2);
const passphrase = 'pass';
const commit = Buffer.from('{"version":1}\n');
let pair: KeyPair;
let other: KeyPair;

beforeAll(async () => {
  [pair, other] = await Promise.all([generateKeyPair({ passphrase, now }), generateKeyPair({ passphrase, now })]);
});

describe('a signer', () => {
  it('accepts its own signature with the pinned public key alone', async () => {
    const signature = await (await createSigner({ signingKey: pair.privateKey, passphrase, now })).sign(commit);
    expect(signature).toMatch(/^-----BEGIN PGP SIGNATURE-----/);
    const pinned = await createSigner({ signerKey: pair.publicKey, now });
    expect(pinned.fingerprint).toBe(pair.fingerprint);
    await pinned.check(commit, signature);
  });

  it("refuses another's signature, altered bytes, an altered or empty signature", async () => {
    const own = await createSigner({ signingKey: pair.privateKey, passphrase, now });
    const signature = await own.sign(commit);
    const foreign = await (await createSigner({ signingKey: other.privateKey, passphrase, now })).sign(commit);
    const pinned = await createSigner({ signerKey: pair.publicKey, now });
    const wrong: [Buffer, string][] = [
      [commit, foreign],
      [Buffer.from('{"version":2}\n'), signature],
      [commit, signature.replace(/[A-Za-z](?=[A-Za-z0-9+/]{20}\r?\n)/, (c) => (c === 'A' ? 'B' : 'A'))],
      [commit, ''],
      [commit, 'nonsense'],
    ];
    for (const [bytes, text] of wrong) {
      await expect(pinned.check(bytes, text)).rejects.toMatchObject({
        code: 'signature-invalid',
        message: expect.stringContaining(pair.fingerprint),
      });
    }
  });

  it("accepts the pinned signer's among several signatures", async () => {
    const { readSignature, Signature, PacketList } = await import('openpgp');
    const texts = await Promise.all(
      [other, pair].map(async ({ privateKey }) =>
        (await createSigner({ signingKey: privateKey, passphrase, now })).sign(commit),
      ),
    );
    const packets = new PacketList<never>();
    for (const text of texts)
      packets.push(...((await readSignature({ armoredSignature: text })).packets as unknown as never[]));
    await (await createSigner({ signerKey: pair.publicKey, now })).check(commit, new Signature(packets).armor());
  });

  it('refuses a signature that stands alone or is for text: it says nothing of these bytes, or not all', async () => {
    const { decryptKey, enums, PacketList, readPrivateKey, Signature, SignaturePacket } = await loadLibrary();
    const privateKey = await decryptKey({
      privateKey: await readPrivateKey({ armoredKey: pair.privateKey }),
      passphrase,
    });
    const literal = (await (await loadLibrary()).createMessage({ binary: commit })).packets[0];
    for (const type of [enums.signature.standalone, enums.signature.text]) {
      const packet = new SignaturePacket() as unknown as Record<string, unknown> & {
        sign: (...args: unknown[]) => Promise<void>;
      };
      const { algorithm } = privateKey.keyPacket;
      Object.assign(packet, { signatureType: type, publicKeyAlgorithm: algorithm, hashAlgorithm: enums.hash.sha512 });
      await packet.sign(privateKey.keyPacket, literal, new Date(now), true, (await loadLibrary()).config);
      const list = new PacketList<never>();
      list.push(packet as never);
      const signature = new Signature(list).armor();
      const pinned = await createSigner({ signerKey: pair.publicKey, now });
      await expect(pinned.check(commit, signature)).rejects.toMatchObject({ code: 'signature-invalid' });
    }
  });

  it('accepts a signature that is older than the expiry of its key', async () => {
    const { generateKey } = await import('openpgp');
    const short = await generateKey({ userIDs: [{ name: 's' }], keyExpirationTime: 86_400, date: new Date(now) });
    const signature = await (await createSigner({ signingKey: short.privateKey, now })).sign(commit);
    const later = now + 30 * 86_400_000;
    await (await createSigner({ signerKey: short.publicKey, now: later })).check(commit, signature);
    await expect(createSigner({ signingKey: short.privateKey, now: later })).rejects.toMatchObject({
      code: 'key-expired',
    });
  });

  it('is said to expire in the 30 days before, by who signs and by who only checks, with what extends it', async () => {
    const { generateKey } = await import('openpgp');
    const keyExpirationTime = 40 * 86_400;
    const short = await generateKey({ userIDs: [{ name: 's' }], keyExpirationTime, date: new Date(now) });
    for (const keys of [{ signingKey: short.privateKey }, { signerKey: short.publicKey }]) {
      expect((await createSigner({ ...keys, now })).notices).toEqual([]);
      const { notices } = await createSigner({ ...keys, now: now + 20 * 86_400_000 });
      expect(notices).toEqual([expect.stringMatching(/expires on 2026-02-11.*gpg --quick-set-expire/)]);
    }
    const late = await createSigner({ signerKey: short.publicKey, now: now + 41 * 86_400_000 });
    expect(late.notices).toEqual([expect.stringContaining('expired on 2026-02-11')]);
    expect((await createSigner({ signerKey: pair.publicKey, now })).notices).toEqual([]);
  });

  it('without a private key only checks', async () => {
    const pinned = await createSigner({ signerKey: pair.publicKey, now });
    await expect(pinned.sign(commit)).rejects.toMatchObject({ code: 'key-missing' });
  });

  it('refuses to sign what the pinned key would not count', async () => {
    const options = { signingKey: pair.privateKey, passphrase, now };
    await expect(createSigner({ ...options, signerKey: other.publicKey })).rejects.toMatchObject({
      code: 'key-invalid',
      message: `the signing key '${pair.fingerprint}' is not the signer's key '${other.fingerprint}'`,
    });
    await expect(createSigner({ ...options, signerKey: pair.publicKey })).resolves.toBeDefined();
  });

  it('refuses a key whose signatures no GnuPG checks, unless its profile is asked for', async () => {
    const v6 = await generateKeyPair({ passphrase, now, profile: 'rfc9580' });
    const options = { signingKey: v6.privateKey, passphrase, now };
    await expect(createSigner(options)).rejects.toThrow('no GnuPG can check a signature of key');
    const signature = await (await createSigner({ ...options, profile: 'rfc9580' })).sign(commit);
    await (await createSigner({ signerKey: v6.publicKey, now })).check(commit, signature);
  });

  it('refuses no key, two keys, a wrong passphrase, a public key to sign with', async () => {
    await expect(createSigner({ now })).rejects.toMatchObject({ code: 'key-missing' });
    const two = pair.publicKey + other.publicKey;
    await expect(createSigner({ signerKey: two, now })).rejects.toMatchObject({ code: 'key-invalid' });
    const wrong = createSigner({ signingKey: pair.privateKey, passphrase: 'no', now });
    await expect(wrong).rejects.toMatchObject({ code: 'passphrase-wrong' });
    await expect(createSigner({ signingKey: pair.publicKey, now })).rejects.toMatchObject({ code: 'key-invalid' });
  });
});
