import { BackuperError, say } from '@postgres-backuper/base';
import type { Key, Subkey } from 'openpgp';
import { expiresAt, findKey, type Use } from './find-key.ts';
import { type Library, libraryConfig } from './library.ts';
import { fingerprintOf } from './read-keys.ts';

/** Why `key` does not fit the use; must be called only if it does not. */
export async function whyUnusable(
  library: Library,
  key: Key,
  use: Use & { readonly date: Date },
): Promise<BackuperError> {
  const name = `key '${fingerprintOf(key)}'`;
  if (await key.isRevoked(undefined, undefined, use.date, libraryConfig(library, 'gnupg')).catch(() => false)) {
    return invalid(`${name} is revoked`, { hint: 'make a new key pair and use its public key' });
  }
  if (key.users.length === 0 && fingerprintOf(key).length === 40) {
    return invalid(`${name} has no user ID, and without one neither GnuPG nor this program uses it`, {
      hint: 'export it where it was made ("gpg --armor --export"); some key servers give keys without their user IDs',
    });
  }
  const timeless = await findKey(library, key, { ...use, date: null }).catch(() => undefined);
  if (timeless !== undefined) return outOfTime(library, { key, used: timeless }, use.date);
  return use.purpose === 'encrypt' ? cannotEncrypt(library, key, name) : cannotSign(name);
}

async function outOfTime(
  library: Library,
  { key, used }: { readonly key: Key; readonly used: Key | Subkey },
  date: Date,
): Promise<BackuperError> {
  const fingerprint = fingerprintOf(key);
  if (used.getCreationTime() > date) {
    return invalid(`key '${fingerprint}' was made in the future (${day(used.getCreationTime())})`, {
      hint: 'set the clock of this machine',
    });
  }
  const at = await expiresAt(library, key, used);
  const whole = await expiresAt(library, key, key);
  const commands = [
    ...(whole <= Number(date) ? [`"gpg --quick-set-expire ${fingerprint} 2y"`] : []),
    ...(used === key ? [] : [`"gpg --quick-set-expire ${fingerprint} 2y '*'" (its subkeys)`]),
  ];
  const when = Number.isFinite(at) ? ` on ${day(new Date(at))}` : '';
  const what = whole <= Number(date) ? `key '${fingerprint}'` : `the subkey of key '${fingerprint}'`;
  return new BackuperError('key-expired', `${what} expired${when}`, {
    hint: `extend it with ${commands.join(' and ')} and export it again, or use a new key`,
  });
}

async function cannotEncrypt(library: Library, key: Key, name: string): Promise<BackuperError> {
  const weak = whyWeak(key);
  if (weak !== undefined) {
    return invalid(`${name} cannot be used: ${weak}`, {
      hint: `make another with ${say.command('keygen')} or gpg and use its public key`,
    });
  }
  const reasons = await Promise.all(key.subkeys.map((subkey) => whyNotSubkey(library, subkey)));
  const found = reasons.filter((reason) => reason !== undefined);
  return invalid(`${name} cannot encrypt: ${found.join('; ') || 'it has no subkey for encryption'}`, {
    hint: `add a subkey that can be used ("gpg --quick-add-key ${fingerprintOf(key)} cv25519 encr") and export the key again`,
  });
}

async function whyNotSubkey(library: Library, subkey: Subkey): Promise<string | undefined> {
  const config = libraryConfig(library, 'gnupg');
  const [binding] = subkey.bindingSignatures;
  const revoked = binding && (await subkey.isRevoked(binding, null as never, null as never, config).catch(() => false));
  const id = subkey.getKeyID().toHex().toUpperCase();
  return revoked ? `its subkey '${id}' is revoked` : whyWeak(subkey, `its subkey '${id}'`);
}

function whyWeak(key: Key | Subkey, what = 'it'): string | undefined {
  const { algorithm, bits } = key.getAlgorithmInfo();
  const old = { elgamal: 'Elgamal', dsa: 'DSA' }[algorithm as string];
  if (old !== undefined) return `${what} is of the kind ${old}, which this program does not use`;
  if (bits !== undefined && bits < 2047 && algorithm.startsWith('rsa'))
    return `${what} is RSA of ${bits} bits, too few`;
  return undefined;
}

function cannotSign(name: string): BackuperError {
  return invalid(`${name} cannot sign`, { hint: 'give a key that may sign, with its secret part' });
}

function invalid(message: string, options: { readonly hint: string }): BackuperError {
  return new BackuperError('key-invalid', message, options);
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
