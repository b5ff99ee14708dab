import { BackuperError } from '@postgres-backuper/core';
import type { PrivateKey } from 'openpgp';
import { type Library, libraryConfig } from './library.ts';
import { fingerprintOf } from './read-keys.ts';

/** A passphrase, and the variable that it comes from. */
export interface Passphrase {
  readonly text: string | undefined;
  readonly variable: 'BACKUP_PRIVATE_KEY_PASSPHRASE' | 'BACKUP_SIGNING_KEY_PASSPHRASE';
}

/** Without a passphrase; AEAD; SHA-1. */
const KNOWN_USAGES = [0, 253, 254];

interface LockedPacket {
  isDummy(): boolean;
  readonly s2kUsage: number;
  readonly unparseableKeyMaterial?: unknown;
}

/** `key` ready for use. Errors: passphrase-missing, passphrase-wrong, key-invalid. */
export async function unlock(library: Library, key: PrivateKey, { text, variable }: Passphrase): Promise<PrivateKey> {
  if (!isLocked(key)) return key;
  const hindrance = whyLocked(key, { text, variable });
  if (hindrance !== undefined) throw hindrance;
  const name = `private key '${fingerprintOf(key)}'`;
  try {
    const config = libraryConfig(library, 'gnupg', { trusted: true });
    return await library.decryptKey({ privateKey: key, passphrase: text ?? '', config });
  } catch (error) {
    if (error instanceof Error && /incorrect key passphrase/i.test(error.message)) throw wrong(name, variable);
    throw new BackuperError('key-invalid', `the ${name} cannot be unlocked: damaged, or protected in an unknown way`, {
      hint: 'export it again with "gpg --armor --export-secret-keys"',
    });
  }
}

/** What is known to keep `key` from being unlocked, without trying: passphrase-missing, key-invalid; nothing otherwise. */
export function whyLocked(key: PrivateKey, { text, variable }: Passphrase): BackuperError | undefined {
  const name = `private key '${fingerprintOf(key)}'`;
  if (onlyGnupgUnlocks(key)) {
    return new BackuperError('key-invalid', `the ${name} is protected in an old way that only GnuPG unlocks`, {
      hint: 'let GnuPG 2 protect it anew: "gpg --import" of that file, then "gpg --armor --export-secret-keys" gives one with the same passphrase that this program unlocks',
    });
  }
  if (text || !isLocked(key)) return undefined;
  return new BackuperError('passphrase-missing', `the ${name} is protected by a passphrase, and none is given`, {
    hint: `set ${variable}, or ${variable}_FILE to the path of a file with it`,
  });
}

/** Ciphers that the library does not have (Camellia, IDEA), or a checksum of 16 bits instead of SHA-1. */
function onlyGnupgUnlocks(key: PrivateKey): boolean {
  const packets = [key, ...key.subkeys].map(({ keyPacket }) => keyPacket as unknown as LockedPacket);
  return packets.some(
    (packet) =>
      !packet.isDummy() && (Boolean(packet.unparseableKeyMaterial) || !KNOWN_USAGES.includes(packet.s2kUsage)),
  );
}

/** Whether `key` needs a passphrase. */
function isLocked(key: PrivateKey): boolean {
  return !key.isDecrypted();
}

function wrong(name: string, variable: string): BackuperError {
  return new BackuperError('passphrase-wrong', `the passphrase does not open the ${name}`, {
    hint: `check ${variable}, also for a line end or a blank at its end`,
  });
}
