import { BackuperError, say } from '@postgres-backuper/base';
import type { PrivateKey } from 'openpgp';
import { type Library, libraryConfig } from './library.ts';
import { isOnCard, onlyGnupgUnlocks } from './private-part.ts';
import { fingerprintOf } from './read-keys.ts';

/** A passphrase and the option that gave it. */
export interface Passphrase {
  readonly text: string | undefined;
  readonly option: 'privateKeyPassphrase' | 'signingKeyPassphrase';
}

/** `key`, unlocked. Errors: passphrase-missing, passphrase-wrong, key-invalid. */
export async function unlock(library: Library, key: PrivateKey, { text, option }: Passphrase): Promise<PrivateKey> {
  if (!isLocked(key)) return key;
  const hindrance = whyLocked(key, { text, option });
  if (hindrance !== undefined) throw hindrance;
  const name = `private key '${fingerprintOf(key)}'`;
  try {
    const config = libraryConfig(library, 'gnupg', { trusted: true });
    return await library.decryptKey({ privateKey: key, passphrase: text ?? '', config });
  } catch (error) {
    if (error instanceof Error && /incorrect key passphrase/i.test(error.message)) throw wrong(name, option);
    throw new BackuperError('key-invalid', `the ${name} cannot be unlocked: damaged, or protected in an unknown way`, {
      hint: 'export it again with "gpg --armor --export-secret-keys"',
    });
  }
}

/** Unlocks each key at its first use and keeps it; omits keys that cannot be unlocked while at least one can. */
export function unlockOnce(library: Library, passphrase: Passphrase) {
  const unlocked = new Map<PrivateKey, Promise<PrivateKey>>();
  const one = (key: PrivateKey): Promise<PrivateKey> => {
    const known = unlocked.get(key) ?? unlock(library, key, passphrase);
    unlocked.set(key, known);
    return known;
  };
  return async (keys: readonly PrivateKey[]): Promise<readonly PrivateKey[]> => {
    const ends = await Promise.allSettled(keys.map(one));
    const usable = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
    const [first] = ends;
    if (usable.length === 0 && first?.status === 'rejected') throw first.reason;
    return usable;
  };
}

/** Why `key` cannot be unlocked, as far as is known without trying: passphrase-missing, key-invalid, or undefined. */
export function whyLocked(key: PrivateKey, { text, option }: Passphrase): BackuperError | undefined {
  const name = `private key '${fingerprintOf(key)}'`;
  const parts = [key, ...key.subkeys];
  if (parts.some(isOnCard)) {
    return new BackuperError('key-invalid', `the ${name} is on a smart card, which only gpg can use`, {
      hint: 'restore where the card is, with gpg alone (docs/restore-without-us.md), or give a key of a second recipient',
    });
  }
  if (parts.some(onlyGnupgUnlocks)) {
    return new BackuperError('key-invalid', `the ${name} is protected in an old way that only GnuPG unlocks`, {
      hint: 'let GnuPG 2 protect it anew: "gpg --import" of that file, then "gpg --armor --export-secret-keys" gives one with the same passphrase that this program unlocks',
    });
  }
  if (text || !isLocked(key)) return undefined;
  return new BackuperError('passphrase-missing', `the ${name} is protected by a passphrase, and none is given`, {
    hint: `set ${say.option(option)}`,
  });
}

/** Whether `key` needs a passphrase. */
function isLocked(key: PrivateKey): boolean {
  return !key.isDecrypted();
}

function wrong(name: string, option: Passphrase['option']): BackuperError {
  return new BackuperError('passphrase-wrong', `the passphrase does not open the ${name}`, {
    hint: `check ${say.given(option)}, also for a blank at its end`,
  });
}
