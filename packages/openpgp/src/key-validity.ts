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

/** The key is valid, but a backup that GnuPG cannot read would break a promise of the documentation. */
async function onlyForOthers(library: Library, key: Key, use: Use): Promise<BackuperError | undefined> {
  if (use.purpose === 'sign' || use.profile === 'rfc9580') return undefined;
  const found = await findKey(library, key, { ...use, profile: 'rfc9580' }).catch(() => undefined);
  if (found === undefined) return undefined;
  return new BackuperError('key-invalid', `no GnuPG can read a backup for key '${fingerprintOf(key)}'`, {
    hint: OF_RFC9580,
  });
}
