import type { Key } from 'openpgp';
import type { KeyText } from './key-text.ts';
import { expiryNotice, usableKey } from './key-validity.ts';
import { judgedAt, type Library } from './library.ts';
import { fingerprintOf, isPrivate, readKeys } from './read-keys.ts';

export interface Recipients {
  readonly keys: readonly Key[];
  readonly fingerprints: readonly string[];
  readonly notices: readonly string[];
}

/** Reads and judges the keys to encrypt to, all of them before any is used. Errors: key-invalid, key-expired. */
export async function readRecipients(library: Library, texts: readonly KeyText[], now: number): Promise<Recipients> {
  const given = await readKeys(library, texts, 'public key');
  const notices: string[] = [];
  const keys: Key[] = [];
  for (const key of given) {
    const used = await usableKey(key, 'encrypt', judgedAt(now));
    const expiry = await expiryNotice(key, used, now);
    if (expiry) notices.push(expiry);
    if (isPrivate(key)) notices.push(privateNotice(key));
    keys.push(isPrivate(key) ? key.toPublic() : key);
  }
  return { keys, fingerprints: keys.map(fingerprintOf), notices };
}

function privateNotice(key: Key): string {
  return `key '${fingerprintOf(key)}' was given as a recipient with its private part: a backup needs the public key only, keep the private key away from this machine`;
}
