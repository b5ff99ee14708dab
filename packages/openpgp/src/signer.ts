import { BackuperError, isBackuperError, type Signer } from '@postgres-backuper/core';
import type { PrivateKey } from 'openpgp';
import { checkDetached } from './check-signature.ts';
import type { KeyText } from './key-text.ts';
import { usableKey } from './key-validity.ts';
import { clockFrom, judgedAt, type Library, libraryConfig, loadLibrary } from './library.ts';
import { fingerprintOf, readKeys, readPrivateKeys } from './read-keys.ts';
import { unlock } from './unlock.ts';

export interface SignerOptions {
  /** Private key, or an export of a signing subkey alone (`gpg --export-secret-subkeys`). */
  readonly signingKey?: KeyText;
  readonly passphrase?: string;
  /** The one public key whose signatures count; without it, that of `signingKey`. */
  readonly signerKey?: KeyText;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Signs with `signingKey`, checks against the pinned key by its full fingerprint: signatures of its signing subkeys
 * count, those of any other key do not. Errors: key-missing (neither given), key-invalid, key-expired, and of unlocking.
 */
export async function createSigner(options: SignerOptions): Promise<Signer> {
  const library = await loadLibrary();
  const own = await one(await readPrivateKeys(library, list(options.signingKey), 'signing key'), 'signing key');
  const pinned =
    (await one(await readKeys(library, list(options.signerKey), 'signer key'), 'signer key')) ?? own?.toPublic();
  if (!pinned) {
    throw new BackuperError('key-missing', 'there is neither a signing key nor a signer key', {
      hint: 'set BACKUP_SIGNING_KEY to sign, BACKUP_SIGNER_KEY to check',
    });
  }
  const signing = own && (await prepare(library, own, options));
  const fingerprint = fingerprintOf(signing ?? pinned);
  const now = clockFrom(options.now);
  return {
    fingerprint,
    sign: async (bytes) => {
      if (!signing) throw noSigningKey();
      return signDetached(library, bytes, { key: signing, now: now() });
    },
    check: (bytes, signature) => checkDetached(library, bytes, { signature, pinned, now: now() }),
  };
}

async function prepare(library: Library, key: PrivateKey, options: SignerOptions): Promise<PrivateKey> {
  await usableKey(library, key, { purpose: 'sign', date: judgedAt(options.now), profile: 'gnupg' });
  return unlock(library, key, { text: options.passphrase, variable: 'BACKUP_SIGNING_KEY_PASSPHRASE' });
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
  return new BackuperError('key-missing', 'there is no private key to sign with', { hint: 'set BACKUP_SIGNING_KEY' });
}
