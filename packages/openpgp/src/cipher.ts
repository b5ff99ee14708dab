import type { Cipher } from '@postgres-backuper/repository';
import type { Key } from 'openpgp';
import { createOpening, decryptMessage, type Openers } from './decrypt.ts';
import { type Audience, createEnvelope, encryptMessage, isGnupgForm } from './encrypt.ts';
import { gnupgReads, READERS } from './key-readers.ts';
import type { KeyText } from './key-text.ts';
import { createKeylessCipher } from './keyless-cipher.ts';
import { type Library, loadLibrary, type Profile } from './library.ts';
import { readPrivateKeys } from './read-keys.ts';
import { readRecipients } from './recipients.ts';
import { hasSameData, rekeyMessage } from './rekey.ts';
import { unlockOnce, whyLocked } from './unlock.ts';

export interface OpenPgpCipherOptions {
  /** The keys to encrypt for. Each text may hold several keys. */
  readonly publicKeys: readonly KeyText[];
  readonly privateKeys?: readonly KeyText[];
  readonly privateKeyPassphrase?: string | undefined;
  /** Encrypts if no public key is given; decrypts messages that were encrypted with it. */
  readonly passphrase?: string | undefined;
  readonly profile?: Profile;
  /** Milliseconds since 1970: the time at which expiry is checked, once, so that a long backup does not fail half-way. */
  readonly now: number;
}

/** Default limit of a message's plaintext. */
const DEFAULT_MAX_BYTES = 256 * 1024 * 1024;

/**
 * Reads and judges all keys; loads the library only if there is one, or a passphrase. Private keys are unlocked at the first
 * decryption and kept. Errors: key-invalid, key-expired.
 */
export async function createOpenPgpCipher(options: OpenPgpCipherOptions): Promise<Cipher> {
  const load = async () => createKeyedCipher(await loadLibrary(), options);
  return isKeyless(options) ? createKeylessCipher(options.profile ?? 'gnupg', load) : load();
}

function isKeyless({ publicKeys, privateKeys = [], passphrase }: OpenPgpCipherOptions): boolean {
  return publicKeys.length + privateKeys.length === 0 && !passphrase;
}

async function createKeyedCipher(library: Library, options: OpenPgpCipherOptions): Promise<Cipher> {
  const passphrase = options.passphrase ? options.passphrase : undefined;
  const { now, profile = 'gnupg' } = options;
  const { keys, keyIds, fingerprints, notices } = await readRecipients(library, options.publicKeys, { now, profile });
  const opening = await readOpeners(library, options, passphrase);
  const audience = { keys, keyIds, profile, now, ...optional(passphrase) };
  return {
    recipients: fingerprints,
    notices: [...notices, ...opening.notices],
    readers: (await isForGnupg(library, audience)) ? READERS.gnupg : READERS.rfc9580,
    canEncrypt: keys.length > 0 || passphrase !== undefined,
    canDecrypt: opening.usable,
    ...(opening.hindrance === undefined ? {} : { cannotDecrypt: opening.hindrance }),
    encrypt: (plaintext) => encryptMessage(library, plaintext, audience),
    ...(audience.profile === 'gnupg' ? { envelope: () => createEnvelope(library, audience) } : {}),
    ...(keys.length > 0 && profile === 'gnupg'
      ? { rekey: (message: Uint8Array) => rekeyMessage(library, message, { openers: opening.openers, audience }) }
      : {}),
    hasSameData,
    opening: (message) => createOpening(library, message, opening.openers),
    decrypt: (message, { maxBytes = DEFAULT_MAX_BYTES } = {}) =>
      decryptMessage(library, message, { openers: opening.openers, maxBytes }),
  };
}

/** Whether GnuPG can read the messages: both their form and each key. */
async function isForGnupg(library: Library, audience: Audience): Promise<boolean> {
  return audience.keys.every(isKeyForGnupg(audience)) && (await isGnupgForm(library, audience));
}

function isKeyForGnupg({ keyIds }: Audience): (key: Key, index: number) => boolean {
  return (key, index) => {
    const used = [key, ...key.subkeys].filter((part) => keyIds[index]?.equals(part.getKeyID()));
    return [key, ...used].every(gnupgReads);
  };
}

async function readOpeners(library: Library, options: OpenPgpCipherOptions, passphrase: string | undefined) {
  const privateKeys = await readPrivateKeys(library, options.privateKeys ?? [], 'private key');
  const forKeys = { text: options.privateKeyPassphrase, option: 'privateKeyPassphrase' } as const;
  const openers: Openers = { privateKeys, unlock: unlockOnce(library, forKeys), ...optional(passphrase) };
  const hindrances = privateKeys.flatMap((key) => whyLocked(key, forKeys) ?? []);
  const usable = hindrances.length < privateKeys.length;
  return {
    openers,
    usable: usable || passphrase !== undefined,
    hindrance: usable ? undefined : hindrances[0],
    // a backup for such a key can be made, but its user should know before the restore
    notices: hindrances.filter(({ code }) => code === 'key-invalid').map(({ message, hint }) => `${message}: ${hint}`),
  };
}

function optional(passphrase: string | undefined): { passphrase?: string } {
  return passphrase === undefined ? {} : { passphrase };
}
