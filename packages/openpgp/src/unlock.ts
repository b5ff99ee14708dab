import { BackuperError } from '@postgres-backuper/core';
import type { PrivateKey } from 'openpgp';
import { type Library, libraryConfig } from './library.ts';
import { fingerprintOf } from './read-keys.ts';

/** A passphrase, and the variable that it comes from. */
export interface Passphrase {
  readonly text: string | undefined;
  readonly variable: 'BACKUP_PRIVATE_KEY_PASSPHRASE' | 'BACKUP_SIGNING_KEY_PASSPHRASE';
}

/** `key` ready for use. Errors: passphrase-missing, passphrase-wrong, key-invalid. */
export async function unlock(library: Library, key: PrivateKey, { text, variable }: Passphrase): Promise<PrivateKey> {
  if (!isLocked(key)) return key;
  const name = `private key '${fingerprintOf(key)}'`;
  if (!text) {
    throw new BackuperError('passphrase-missing', `the ${name} is protected by a passphrase, and none is given`, {
      hint: `set ${variable}, or ${variable}_FILE to the path of a file with it`,
    });
  }
  try {
    const config = libraryConfig(library, 'default', { trusted: true });
    return await library.decryptKey({ privateKey: key, passphrase: text, config });
  } catch (error) {
    if (error instanceof Error && /incorrect key passphrase/i.test(error.message)) throw wrong(name, variable);
    throw new BackuperError('key-invalid', `the ${name} cannot be unlocked: damaged, or protected in an unknown way`, {
      hint: 'export it again with "gpg --armor --export-secret-keys"',
    });
  }
}

/** Whether `key` needs a passphrase. */
export function isLocked(key: PrivateKey): boolean {
  return !key.isDecrypted();
}

function wrong(name: string, variable: string): BackuperError {
  return new BackuperError('passphrase-wrong', `the passphrase does not open the ${name}`, {
    hint: `check ${variable}, also for a line end or a blank at its end`,
  });
}
