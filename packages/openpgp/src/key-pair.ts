import { BackuperError } from '@postgres-backuper/core';
import { libraryConfig, loadLibrary, type Profile } from './library.ts';
import { fingerprintOf } from './read-keys.ts';

export interface KeyPairOptions {
  /** Name in the key, `Name` or `Name <address>`; nothing is decided by it. */
  readonly userId?: string;
  /** Protects the private key. Errors when empty. */
  readonly passphrase: string;
  readonly profile?: Profile;
  /** Milliseconds since 1970: the key's creation. */
  readonly now: number;
}

export interface KeyPair {
  /** Armored. */
  readonly publicKey: string;
  /** Armored, protected by the passphrase; GnuPG 2.2 imports it in the default profile. */
  readonly privateKey: string;
  readonly fingerprint: string;
}

/** A key pair that signs and, by a subkey, decrypts; it does not expire. Errors: passphrase-missing, configuration-invalid. */
export async function generateKeyPair(options: KeyPairOptions): Promise<KeyPair> {
  if (options.passphrase === '') {
    throw new BackuperError('passphrase-missing', 'a private key needs a passphrase', {
      hint: 'set BACKUP_PRIVATE_KEY_PASSPHRASE',
    });
  }
  const library = await loadLibrary();
  const profile = options.profile ?? 'default';
  const pair = await library.generateKey({
    userIDs: [parseUserId(options.userId ?? 'postgres-backuper')],
    passphrase: options.passphrase,
    date: new Date(options.now),
    config: {
      ...libraryConfig(library, profile),
      ...(profile === 'rfc9580' ? { s2kType: library.enums.s2k.argon2 } : {}),
    },
    ...(profile === 'rfc9580' ? { type: 'curve25519' } : { type: 'ecc', curve: 'curve25519Legacy' }),
    format: 'armored',
  });
  const key = await library.readKey({ armoredKey: pair.publicKey });
  return { publicKey: pair.publicKey, privateKey: pair.privateKey, fingerprint: fingerprintOf(key) };
}

function parseUserId(text: string): { name?: string; email?: string } {
  const [, name, email] = /^([^<>]*?)\s*(?:<([^<>\s@]+@[^<>\s@]+)>)?$/.exec(text.trim()) ?? [];
  if (!name && !email) {
    throw new BackuperError('configuration-invalid', `'${text}' is not a name for a key`, {
      hint: 'write it as "Name" or "Name <address@example.com>"',
    });
  }
  return { ...(name ? { name } : {}), ...(email ? { email } : {}) };
}
