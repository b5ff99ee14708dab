import { BackuperError } from '@postgres-backuper/core';
import type { Key, KeyID, Subkey } from 'openpgp';
import { gnupgReads, OF_RFC9580 } from './key-readers.ts';
import { type Library, libraryConfig, type Profile } from './library.ts';
import { fingerprintOf } from './read-keys.ts';
import { whyUnusable } from './unusable-key.ts';

const WARN_MS = 30 * 24 * 60 * 60_000;

/** What a key is wanted for, and the moment at which it is judged; null: whatever its expiry. */
export interface Use {
  readonly purpose: 'encrypt' | 'sign';
  readonly date: Date | null;
  /** Whose programs must read what is encrypted. */
  readonly profile: Profile;
}

/** Throws key-expired or key-invalid unless `key` fits the use; returns the (sub)key that is used. */
export async function usableKey(library: Library, key: Key, use: Use & { readonly date: Date }): Promise<Key | Subkey> {
  try {
    return await findKey(library, key, use);
  } catch {
    throw (await onlyForOthers(library, key, use)) ?? (await whyUnusable(library, key, use));
  }
}

/** The newest (sub)key that fits the use; throws an error of the library where there is none. */
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

/** When `key` stops to be usable: milliseconds since 1970, or Infinity. */
export async function expiresAt(library: Library, key: Key, used: Key | Subkey): Promise<number> {
  const config = libraryConfig(library, 'gnupg');
  const times = await Promise.all([
    key.getExpirationTime(undefined, config),
    used === key ? null : (used as Subkey).getExpirationTime(null as unknown as Date, config),
  ]);
  return Math.min(...times.map((time) => (time === null ? Number.POSITIVE_INFINITY : Number(time))));
}

/** A sentence for a key that expires within 30 days. */
export async function expiryNotice(
  library: Library,
  { key, used }: { readonly key: Key; readonly used: Key | Subkey },
  now: number,
): Promise<string | undefined> {
  const at = await expiresAt(library, key, used);
  if (at - now > WARN_MS) return undefined;
  const date = new Date(at).toISOString().slice(0, 10);
  return `key '${fingerprintOf(key)}' expires on ${date}: afterwards no backup can be made with it (old ones stay readable)`;
}

/** Such a key is good, but a backup that GnuPG cannot read would break what the documents promise. */
async function onlyForOthers(library: Library, key: Key, use: Use): Promise<BackuperError | undefined> {
  if (use.purpose === 'sign' || use.profile === 'rfc9580') return undefined;
  const found = await findKey(library, key, { ...use, profile: 'rfc9580' }).catch(() => undefined);
  if (found === undefined) return undefined;
  return new BackuperError('key-invalid', `no GnuPG can read a backup for key '${fingerprintOf(key)}'`, {
    hint: OF_RFC9580,
  });
}
