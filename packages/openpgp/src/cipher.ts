import type { Cipher } from '@postgres-backuper/core';
import type { PrivateKey } from 'openpgp';
import { createOpening, decryptMessage, type Openers } from './decrypt.ts';
import { createEnvelope, encryptMessage } from './encrypt.ts';
import type { KeyText } from './key-text.ts';
import { type Library, loadLibrary, type Profile } from './library.ts';
import { readPrivateKeys } from './read-keys.ts';
import { readRecipients } from './recipients.ts';
import { isLocked, unlock } from './unlock.ts';

export interface OpenPgpCipherOptions {
  /** Whom to encrypt to. Each text may hold several keys. */
  readonly publicKeys: readonly KeyText[];
  readonly privateKeys?: readonly KeyText[];
  readonly privateKeyPassphrase?: string;
  /** Encrypts where no public key is given; opens messages that were encrypted so. */
  readonly passphrase?: string;
  readonly profile?: Profile;
  /** Milliseconds since 1970: the moment at which expiry is judged, once, so that a long backup does not fail half-way. */
  readonly now: number;
}

/** Bound of a message's plaintext where the caller names none. */
const DEFAULT_MAX_BYTES = 256 * 1024 * 1024;

/**
 * Reads and judges all keys. Private keys are unlocked at the first decryption and kept.
 * Errors: key-invalid, key-expired.
 */
export async function createOpenPgpCipher(options: OpenPgpCipherOptions): Promise<Cipher> {
  const library = await loadLibrary();
  const passphrase = options.passphrase ? options.passphrase : undefined;
  const { keys, fingerprints, notices } = await readRecipients(library, options.publicKeys, options.now);
  const opening = await readOpeners(library, options, passphrase);
  const audience = { keys, profile: options.profile ?? 'default', now: options.now, ...optional(passphrase) };
  return {
    recipients: fingerprints,
    notices,
    canEncrypt: keys.length > 0 || passphrase !== undefined,
    canDecrypt: opening.usable,
    encrypt: (plaintext) => encryptMessage(library, plaintext, audience),
    ...(audience.profile === 'default' ? { envelope: () => createEnvelope(library, audience) } : {}),
    opening: (message) => createOpening(library, message, opening.openers),
    decrypt: (message, { maxBytes = DEFAULT_MAX_BYTES } = {}) =>
      decryptMessage(library, message, { openers: opening.openers, maxBytes }),
  };
}

async function readOpeners(library: Library, options: OpenPgpCipherOptions, passphrase: string | undefined) {
  const locked = await readPrivateKeys(library, options.privateKeys ?? [], 'private key');
  let unlocked: Promise<readonly PrivateKey[]> | undefined;
  const openers: Openers = {
    hasPrivateKeys: locked.length > 0,
    privateKeys: () => {
      const passphrase = { text: options.privateKeyPassphrase, variable: 'BACKUP_PRIVATE_KEY_PASSPHRASE' } as const;
      unlocked ??= Promise.all(locked.map((key) => unlock(library, key, passphrase)));
      return unlocked;
    },
    ...optional(passphrase),
  };
  const openable = locked.length > 0 && (Boolean(options.privateKeyPassphrase) || !locked.some(isLocked));
  return { openers, usable: openable || passphrase !== undefined };
}

function optional(passphrase: string | undefined): { passphrase?: string } {
  return passphrase === undefined ? {} : { passphrase };
}
