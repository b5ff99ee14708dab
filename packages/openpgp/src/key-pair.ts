import { BackuperError, say } from '@postgres-backuper/base';
import type { PrivateKey } from 'openpgp';
import { type Library, libraryConfig, loadLibrary, type Profile } from './library.ts';
import { fingerprintOf } from './read-keys.ts';

export interface KeyPairOptions {
  /** The user ID of the key, `Name` or `Name <address>`; it is only shown. */
  readonly userId?: string;
  /** Protects the private key. Must not be empty. */
  readonly passphrase: string;
  readonly profile?: Profile;
  /** Milliseconds since 1970: the key's creation. */
  readonly now: number;
}

export interface KeyPair {
  /** Armored. */
  readonly publicKey: string;
  /** Armored, protected by the passphrase; GnuPG 2.2 imports it with the profile `gnupg`. */
  readonly privateKey: string;
  readonly fingerprint: string;
}

/** A key pair that signs and, by a subkey, decrypts; it does not expire. Errors: passphrase-missing, configuration-invalid. */
export async function generateKeyPair(options: KeyPairOptions): Promise<KeyPair> {
  if (options.passphrase === '') {
    throw new BackuperError('passphrase-missing', 'a private key needs a passphrase', {
      hint: `set ${say.option('privateKeyPassphrase')}`,
    });
  }
  const library = await loadLibrary();
  const { profile = 'gnupg', now } = options;
  const s2kType = profile === 'rfc9580' ? library.enums.s2k.argon2 : library.enums.s2k.iterated;
  const config = { ...libraryConfig(library, profile), s2kType } as const;
  const { privateKey } = await library.generateKey({
    userIDs: [parseUserId(options.userId ?? 'postgres-backuper')],
    date: new Date(now),
    config,
    ...(profile === 'rfc9580' ? { type: 'curve25519' } : { type: 'ecc', curve: 'curve25519Legacy' }),
    format: 'object',
  });
  if (profile === 'gnupg') await preferWhatGnupgKnows(library, privateKey, now);
  const locked = await library.encryptKey({ privateKey, passphrase: options.passphrase, config });
  const publicKey = locked.toPublic();
  return {
    publicKey: publicKey.armor(config),
    privateKey: locked.armor(config),
    fingerprint: fingerprintOf(publicKey),
  };
}

/** A signature packet with the last parameter, which the library's types lack. */
interface Signable {
  preferredHashAlgorithms: unknown;
  rawNotations: unknown;
  sign(key: object, data: object, date: Date, detached: boolean, config: object): Promise<unknown>;
}

/**
 * The library's keys prefer SHA-3, about which GnuPG 2.2 warns at the import. Preferences are in the self-signature of the
 * user ID, which is therefore made again.
 */
async function preferWhatGnupgKnows(library: Library, key: PrivateKey, now: number): Promise<void> {
  const { sha512, sha384, sha256 } = library.enums.hash;
  for (const { userID, selfCertifications } of key.users) {
    for (const signature of selfCertifications as readonly Signable[]) {
      signature.preferredHashAlgorithms = [sha512, sha384, sha256];
      signature.rawNotations = []; // the salt: a new one is made
      const signed = { userID, key: key.keyPacket };
      await signature.sign(key.keyPacket, signed, new Date(now), false, libraryConfig(library, 'gnupg'));
    }
  }
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
