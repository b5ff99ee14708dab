import { BackuperError, isBackuperError, say } from '@postgres-backuper/base';
import type { Signer } from '@postgres-backuper/repository';
import type { Key, PrivateKey } from 'openpgp';
import { checkDetached } from './check-signature.ts';
import { findKey } from './find-key.ts';
import { gnupgReads, OF_RFC9580 } from './key-readers.ts';
import type { KeyText } from './key-text.ts';
import { expiryNotice, usableKey } from './key-validity.ts';
import { clockFrom, judgedAt, type Library, libraryConfig, loadLibrary, type Profile } from './library.ts';
import { mergeKeys } from './merge-keys.ts';
import { fingerprintOf, readKeys, readPrivateKeys } from './read-keys.ts';
import { unlock } from './unlock.ts';

export interface SignerOptions {
  /** Private key, or an export of a signing subkey alone (`gpg --export-secret-subkeys`). */
  readonly signingKey?: KeyText | undefined;
  readonly passphrase?: string | undefined;
  /** The only public key whose signatures count; default: that of `signingKey`. */
  readonly signerKey?: KeyText | undefined;
  /** Which programs must be able to check the signatures. */
  readonly profile?: Profile;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Signs with `signingKey`, and checks against the pinned key by its full fingerprint: signatures of its signing subkeys
 * count, those of other keys do not. Errors: key-missing (neither is given), key-invalid, key-expired, those of `unlock`.
 */
export async function createSigner(options: SignerOptions): Promise<Signer> {
  const library = await loadLibrary();
  const own = await one(await readPrivateKeys(library, list(options.signingKey), 'signing key'), 'signing key');
  const given = await one(await readKeys(library, list(options.signerKey), 'signer key'), 'signer key');
  const pinned = given ?? own?.toPublic();
  if (!pinned) {
    throw new BackuperError('key-missing', 'there is neither a signing key nor a signer key', {
      hint: `set ${say.option('signingKey')} to sign, ${say.option('signerKey')} to check`,
    });
  }
  const signing = own && (await prepare(library, await asPinned(library, own, given), options));
  const fingerprint = fingerprintOf(signing ?? pinned);
  const now = clockFrom(options.now);
  return {
    fingerprint,
    notices: await noticesOf(library, signing ?? pinned, options.now),
    sign: async (bytes) => {
      if (!signing) throw noSigningKey();
      return signDetached(library, bytes, { key: signing, now: now() });
    },
    check: (bytes, signature) => checkDetached(library, bytes, { signature, pinned, now: now() }),
  };
}

/** Also of a key that only checks: who makes the backups may not look at their keys. */
async function noticesOf(library: Library, key: Key, now: number): Promise<readonly string[]> {
  const use = { purpose: 'sign', date: null, profile: 'rfc9580' } as const;
  const used = await findKey(library, key, use).catch(() => undefined); // checking reports what is wrong with it
  const notice = used && (await expiryNotice(library, { key, used, purpose: 'sign' }, now));
  return notice === undefined ? [] : [notice];
}

/** The signing key merged with the pinned key, which may be a newer export with a later expiration. */
async function asPinned(library: Library, own: PrivateKey, pinned: Key | undefined): Promise<PrivateKey> {
  if (pinned === undefined) return own;
  const [ownName, pinnedName] = [own, pinned].map(fingerprintOf);
  if (ownName === pinnedName) return (await mergeKeys(library, own, pinned)) as PrivateKey;
  throw new BackuperError('key-invalid', `the signing key '${ownName}' is not the signer's key '${pinnedName}'`, {
    hint: `no backup that is made so would count: give the public part of the signing key in ${say.given('signerKey')}`,
  });
}

async function prepare(library: Library, key: PrivateKey, options: SignerOptions): Promise<PrivateKey> {
  const used = await usableKey(library, key, { purpose: 'sign', date: judgedAt(options.now), profile: 'gnupg' });
  if (options.profile !== 'rfc9580' && !(gnupgReads(key) && gnupgReads(used))) {
    throw new BackuperError('key-invalid', `no GnuPG can check a signature of key '${fingerprintOf(key)}'`, {
      hint: OF_RFC9580,
    });
  }
  return unlock(library, key, { text: options.passphrase, option: 'signingKeyPassphrase' });
}

async function signDetached(
  library: Library,
  bytes: Uint8Array,
  { key, now }: { readonly key: PrivateKey; readonly now: number },
): Promise<string> {
  try {
    const message = await library.createMessage({ binary: bytes });
    const config = libraryConfig(library, 'gnupg');
    const usedKey = await usableKey(library, key, { purpose: 'sign', date: judgedAt(now), profile: 'gnupg' });
    const date = new Date(Math.max(now, Number(usedKey.getCreationTime())));
    return await library.sign({ message, signingKeys: key, detached: true, date, config });
  } catch (error) {
    if (isBackuperError(error)) throw error;
    throw new BackuperError('key-invalid', `key '${fingerprintOf(key)}' cannot sign`, {
      hint: 'give a signing key with its secret part',
    });
  }
}

async function one<K>(keys: readonly K[], what: string): Promise<K | undefined> {
  if (keys.length <= 1) return keys[0];
  throw new BackuperError('key-invalid', `the ${what} is ${keys.length} keys`, { hint: 'give exactly one' });
}

function list(text: KeyText | undefined): readonly KeyText[] {
  return text === undefined ? [] : [text];
}

function noSigningKey(): BackuperError {
  return new BackuperError('key-missing', 'there is no private key to sign with', {
    hint: `set ${say.option('signingKey')}`,
  });
}
