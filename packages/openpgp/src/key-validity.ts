import { BackuperError } from '@postgres-backuper/base';
import type { Key, Subkey } from 'openpgp';
import { expiresAt, findKey, type Use } from './find-key.ts';
import { OF_RFC9580 } from './key-readers.ts';
import type { Library } from './library.ts';
import { fingerprintOf } from './read-keys.ts';
import { whyUnusable } from './unusable-key.ts';

const WARN_MS = 30 * 24 * 60 * 60_000;

/** The (sub)key of `key` that fits the use. Errors: key-expired, key-invalid. */
export async function usableKey(library: Library, key: Key, use: Use & { readonly date: Date }): Promise<Key | Subkey> {
  try {
    return await findKey(library, key, use);
  } catch {
    throw (await onlyForOthers(library, key, use)) ?? (await whyUnusable(library, key, use));
  }
}

const LOSSES = {
  encrypt: 'afterwards no backup can be made with it (old ones stay readable)',
  sign: 'afterwards nothing can be signed with it (what it signed before stays good)',
} as const;

/** A sentence for a key that expires within 30 days, or has expired. */
export async function expiryNotice(
  library: Library,
  { key, used, purpose }: Pick<Use, 'purpose'> & { readonly key: Key; readonly used: Key | Subkey },
  now: number,
): Promise<string | undefined> {
  const at = await expiresAt(library, key, used);
  if (at - now > WARN_MS) return undefined;
  const date = new Date(at).toISOString().slice(0, 10);
  const name = fingerprintOf(key);
  const set = `"gpg --quick-set-expire ${name} 2y"`;
  const extend = used === key ? set : `${set} and ${set.slice(0, -1)} '*'" (its subkeys)`;
  return `key '${name}' ${at <= now ? 'expired' : 'expires'} on ${date}: ${LOSSES[purpose]}; extend it with ${extend} and export it again`;
}

/** The key is valid, but a backup that GnuPG cannot read would break a promise of the documentation. */
async function onlyForOthers(library: Library, key: Key, use: Use): Promise<BackuperError | undefined> {
  if (use.purpose === 'sign' || use.profile === 'rfc9580') return undefined;
  const found = await findKey(library, key, { ...use, profile: 'rfc9580' }).catch(() => undefined);
  if (found === undefined) return undefined;
  return new BackuperError('key-invalid', `no GnuPG can read a backup for key '${fingerprintOf(key)}'`, {
    hint: OF_RFC9580,
  });
}
