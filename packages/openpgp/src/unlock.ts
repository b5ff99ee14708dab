import { BackuperError } from '@postgres-backuper/core';
import type { PrivateKey } from 'openpgp';
import { type Library, libraryConfig } from './library.ts';
import { fingerprintOf } from './read-keys.ts';

/** `keys` ready for use. Errors: passphrase-missing, passphrase-wrong, key-invalid. */
export function unlockAll(library: Library, keys: readonly PrivateKey[], passphrase?: string): Promise<PrivateKey[]> {
  return Promise.all(keys.map((key) => unlock(library, key, passphrase)));
}

/** Whether `key` needs a passphrase. */
export function isLocked(key: PrivateKey): boolean {
  return !key.isDecrypted();
}

async function unlock(library: Library, key: PrivateKey, passphrase: string | undefined): Promise<PrivateKey> {
  if (!isLocked(key)) return key;
  const name = `private key '${fingerprintOf(key)}'`;
  if (passphrase === undefined || passphrase === '') {
    throw new BackuperError('passphrase-missing', `${name} is protected by a passphrase, and none is given`, {
      hint: 'set BACKUP_PRIVATE_KEY_PASSPHRASE, or BACKUP_PRIVATE_KEY_PASSPHRASE_FILE to the path of a file with it',
    });
  }
  try {
    const config = libraryConfig(library, 'default', { trusted: true });
    return await library.decryptKey({ privateKey: key, passphrase, config });
  } catch (error) {
    if (/incorrect key passphrase/i.test(messageOf(error))) throw wrongPassphrase(name);
    throw new BackuperError('key-invalid', `${name} cannot be unlocked: it is damaged or protected in an unknown way`, {
      hint: 'export it again with "gpg --armor --export-secret-keys"',
    });
  }
}

function wrongPassphrase(name: string): BackuperError {
  return new BackuperError('passphrase-wrong', `the passphrase does not open the ${name}`, {
    hint: 'check BACKUP_PRIVATE_KEY_PASSPHRASE, also for a line end or a blank at its end',
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}
