import { createHash } from 'node:crypto';
import { BackuperError, isBackuperError, say } from '@postgres-backuper/base';
import { freeMemory } from '@postgres-backuper/base/own-memory';
import { type Commit, dataKey, type ObjectEntry } from '@postgres-backuper/format';
import type { Repository } from '../repository.ts';
import type { CallOptions } from '../storage/storage.ts';
import { getObject } from './get-object.ts';

/** The bytes of an object, their size and hash checked. Errors: object-missing, object-altered. */
export async function readStored(
  key: string,
  { sizeBytes, sha256 }: { readonly sizeBytes: number; readonly sha256: string },
  source: Pick<Repository, 'storage'> & CallOptions,
): Promise<Uint8Array> {
  const bytes = await getStored(key, sizeBytes, source);
  if (createHash('sha256').update(bytes).digest('hex') === sha256) return bytes;
  throw altered(key, 'has other bytes than were stored');
}

/** The same without a check of the hash. */
export async function getStored(
  key: string,
  sizeBytes: number,
  { storage, signal }: Pick<Repository, 'storage'> & CallOptions,
): Promise<Uint8Array> {
  const options = { maxBytes: sizeBytes, signal };
  const bytes = await getObject(key, storage, options).catch((error: unknown) => {
    throw isBackuperError(error, 'object-too-large') ? altered(key, `has more than ${sizeBytes} bytes`) : error;
  });
  if (bytes.length !== sizeBytes) throw altered(key, `has ${bytes.length} bytes instead of ${sizeBytes}`);
  return bytes;
}

/**
 * An object's zstd frame, of at most `maxBytes` of content: its size and hash are checked before it is decrypted. Errors:
 * object-missing, object-altered, message-altered, key-wrong, key-missing, those of the storage.
 */
export async function readOpened(
  { commit, entry, maxBytes }: { commit: Commit; entry: ObjectEntry; maxBytes: number },
  { storage, cipher, encryption }: Repository,
  options: CallOptions,
): Promise<Uint8Array> {
  const key = dataKey(commit, entry.key);
  // a frame may be slightly larger than its content
  const bound = maxBytes + Math.ceil(maxBytes / 128) + 4096;
  if (entry.sizeBytes > bound + 65_536) throw altered(key, 'is larger than any we write');
  const stored = await readStored(key, entry, { storage, ...options });
  if (commit.encryption.profile === 'none') return stored;
  if (encryption === 'none') throw noKey(commit);
  const frame = await cipher.decrypt(stored, { maxBytes: bound }).catch((error: unknown) => {
    throw naming(key, error);
  });
  freeMemory(stored);
  return frame;
}

function noKey({ label }: Commit): BackuperError {
  return new BackuperError('key-missing', `backup '${label}' is encrypted, and no private key is given`, {
    hint: `set ${say.option('privateKey')}, or ${say.option('passphrase')}`,
  });
}

/** Adds the key of the object, which the cipher does not know. */
function naming(key: string, error: unknown): unknown {
  if (!isBackuperError(error, 'message-altered', 'key-wrong')) return error;
  const { hint } = error;
  return new BackuperError(error.code, `object '${key}': ${error.message}`, { hint, cause: error });
}

/** The error for an object that differs from what was stored. */
export function altered(key: string, why: string): BackuperError {
  return new BackuperError('object-altered', `object '${key}' ${why}`, {
    hint: `do not use this backup; ${say.command('verify')} shows which others are good`,
  });
}
