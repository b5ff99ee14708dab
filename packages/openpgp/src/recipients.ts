import type { Key, KeyID } from 'openpgp';
import type { KeyText } from './key-text.ts';
import { expiryNotice, usableKey } from './key-validity.ts';
import { judgedAt, type Library, type Profile } from './library.ts';
import { fingerprintOf, isPrivate, readKeys } from './read-keys.ts';

export interface Recipients {
  readonly keys: readonly Key[];
  /** Which subkey of each key is encrypted to. */
  readonly keyIds: readonly KeyID[];
  readonly fingerprints: readonly string[];
  readonly notices: readonly string[];
}

/** Reads and checks all keys to encrypt to, before any is used. Errors: key-invalid, key-expired. */
export async function readRecipients(
  library: Library,
  texts: readonly KeyText[],
  { now, profile }: { readonly now: number; readonly profile: Profile },
): Promise<Recipients> {
  const given = await readKeys(library, texts, 'public key');
  const notices: string[] = [];
  const keys: Key[] = [];
  const keyIds: KeyID[] = [];
  for (const key of given) {
    const used = await usableKey(library, key, { purpose: 'encrypt', date: judgedAt(now), profile });
    const expiry = await expiryNotice(library, { key, used, purpose: 'encrypt' }, now);
    if (expiry) notices.push(expiry);
    if (isPrivate(key)) notices.push(privateNotice(key));
    keys.push(isPrivate(key) ? key.toPublic() : key);
    keyIds.push(used.getKeyID());
  }
  return { keys, keyIds, fingerprints: keys.map(fingerprintOf), notices };
}

function privateNotice(key: Key): string {
  return `key '${fingerprintOf(key)}' was given as a recipient with its private part: a backup needs the public key only ("gpg --armor --export"). Take the private key off this machine; who reads it reads every backup`;
}
