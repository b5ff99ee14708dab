import type { Decrypt } from '@postgres-backuper/legacy';
import type { SettingsIfOffered } from '@postgres-backuper/options';

type KeySettings = SettingsIfOffered<'passphrase' | 'privateKey' | 'privateKeyPassphrase'>;

/** Decrypts files that another program encrypted, with the keys of the settings; loads the OpenPGP library only then. */
export function readerOf(settings: KeySettings): Decrypt {
  return async function* decrypt(bytes) {
    const { createMessageReader } = await import('@postgres-backuper/openpgp');
    const read = createMessageReader({
      privateKeys: (settings.privateKey ?? []).map((key) => key.reveal()),
      privateKeyPassphrase: settings.privateKeyPassphrase?.reveal(),
      passphrase: settings.passphrase?.reveal(),
    });
    yield* read(bytes);
  };
}
