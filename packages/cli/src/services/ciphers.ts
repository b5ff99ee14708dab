import { BackuperError } from '@postgres-backuper/base';
import { OPTIONS, type SettingsIfOffered, say } from '@postgres-backuper/options';
import type { Cipher, Signer } from '@postgres-backuper/repository';

/** Keys of one repository. */
export interface Keys {
  readonly cipher: Cipher;
  readonly encryption: 'openpgp' | 'none';
  /** Signs new commits. */
  readonly signer?: Signer | undefined;
  /** Only its commits count. */
  readonly trusted?: Signer | undefined;
}

/** A setting that the command does not offer has its default. */
type KeySettings = SettingsIfOffered<
  | 'encryption'
  | 'openpgpProfile'
  | 'passphrase'
  | 'privateKey'
  | 'privateKeyPassphrase'
  | 'publicKey'
  | 'signerKey'
  | 'signingKey'
  | 'signingKeyPassphrase'
>;

/** Reads all keys; loads the OpenPGP library only when there is a key. Errors: those of createOpenPgpCipher and createSigner. */
export async function readKeys(settings: KeySettings, now: number): Promise<Keys> {
  const openpgp = await import('@postgres-backuper/openpgp');
  const cipher = encryptionOf(settings) === 'none' ? openpgp.createPlainCipher() : await readCipher(settings, now);
  const signingKey = settings.signingKey?.reveal();
  const signerKey = settings.signerKey?.reveal();
  const passphrase = (settings.signingKeyPassphrase ?? settings.privateKeyPassphrase)?.reveal();
  const { openpgpProfile: profile = OPTIONS.openpgpProfile.default } = settings;
  return {
    cipher,
    encryption: encryptionOf(settings),
    signer:
      signingKey === undefined
        ? undefined
        : await openpgp.createSigner({ signingKey, signerKey, passphrase, profile, now }),
    trusted: signerKey === undefined ? undefined : await openpgp.createSigner({ signerKey, now }),
  };
}

export function encryptionOf({ encryption = OPTIONS.encryption.default }: KeySettings): Keys['encryption'] {
  return encryption;
}

async function readCipher(settings: KeySettings, now: number): Promise<Cipher> {
  const { createOpenPgpCipher } = await import('@postgres-backuper/openpgp');
  return createOpenPgpCipher({
    publicKeys: (settings.publicKey ?? []).map((key) => key.reveal()),
    privateKeys: (settings.privateKey ?? []).map((key) => key.reveal()),
    privateKeyPassphrase: settings.privateKeyPassphrase?.reveal(),
    passphrase: settings.passphrase?.reveal(),
    profile: settings.openpgpProfile ?? OPTIONS.openpgpProfile.default,
    now,
  });
}

/** What users of these keys should know, e.g. that one expires soon. */
export function keyNotices({ cipher, signer, trusted }: Keys): readonly string[] {
  return [...cipher.notices, ...(signer?.notices ?? []), ...(trusted?.notices ?? [])];
}

/** Refuses a backup without a key before anything is changed. Errors: key-missing. */
export function requireRecipient({ cipher, encryption }: Keys): void {
  if (encryption === 'none' || cipher.canEncrypt) return;
  throw new BackuperError('key-missing', 'there is no key to encrypt the backup with', {
    hint: `set ${say.option('publicKey')} (${say.command('keygen')} makes a key), or give ${say.option('encryption', 'none')}`,
  });
}

/** Errors: key-missing when no key can decrypt backups, those of an unusable private key. */
export function requireReader(cipher: Cipher): void {
  if (cipher.canDecrypt) return;
  if (cipher.cannotDecrypt !== undefined) throw cipher.cannotDecrypt;
  throw new BackuperError('key-missing', 'reading backups needs a private key (or passphrase) that can be used', {
    hint: `set ${say.option('privateKey')} and ${say.option('privateKeyPassphrase')}`,
  });
}
