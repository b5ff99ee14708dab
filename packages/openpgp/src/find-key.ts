import type { Key, KeyID, Subkey } from 'openpgp';
import { gnupgReads } from './key-readers.ts';
import { type Library, libraryConfig, type Profile } from './library.ts';

/** What a key is used for, and the time at which it is checked; null: expiry is ignored. */
export interface Use {
  readonly purpose: 'encrypt' | 'sign';
  readonly date: Date | null;
  /** Which programs must be able to read the messages. */
  readonly profile: Profile;
}

/** The newest (sub)key that fits the use; throws an error of the library if there is none. */
export function findKey(library: Library, key: Key, { purpose, date, profile }: Use): Promise<Key | Subkey> {
  const config = libraryConfig(library, profile);
  if (purpose === 'sign') return key.getSigningKey(undefined, date, undefined, config);
  const find = (id?: KeyID) => key.getEncryptionKey(id, date, undefined, config);
  if (profile === 'rfc9580') return find();
  const readable = gnupgReads(key) ? [...key.subkeys, key].filter(gnupgReads).sort(byAge) : [];
  return readable.reduce<Promise<Key | Subkey>>(
    (found, one) => found.catch(() => find(one.getKeyID())),
    Promise.reject(new Error('no key that GnuPG reads')),
  );
}

function byAge(one: Key | Subkey, other: Key | Subkey): number {
  return Number(other.getCreationTime()) - Number(one.getCreationTime());
}

/** When `key` expires: milliseconds since 1970, or Infinity. */
export async function expiresAt(library: Library, key: Key, used: Key | Subkey): Promise<number> {
  const config = libraryConfig(library, 'gnupg');
  const times = await Promise.all([
    key.getExpirationTime(undefined, config),
    used === key ? null : (used as Subkey).getExpirationTime(null as unknown as Date, config),
  ]);
  return Math.min(...times.map((time) => (time === null ? Number.POSITIVE_INFINITY : Number(time))));
}
