import { randomInt } from 'node:crypto';
import { BackuperError, type Context, isBackuperError } from '@postgres-backuper/base';
import type { ObjectList } from '@postgres-backuper/format';
import { compareListing, readStored, type Storage } from '@postgres-backuper/repository';

/** Compares the listed size of each object, and its MD5 if reported. Errors: object-missing, object-altered. */
export async function confirmObjects(
  storage: Storage,
  { prefix, objects }: { prefix: string; objects: ObjectList },
  { signal }: Pick<Context, 'signal'>,
): Promise<void> {
  for await (const { expected, stored } of compareListing(prefix, objects, storage.list(prefix, { signal }))) {
    if (expected === undefined) continue;
    if (stored === undefined) {
      throw new BackuperError(
        'object-missing',
        `object '${prefix}${expected.key}' is not listed though it was stored`,
        {
          hint: `check the storage at '${storage.location}' and run the backup again`,
        },
      );
    }
    if (stored.sizeBytes !== expected.sizeBytes) {
      throw new BackuperError('object-altered', `object '${stored.key}' is not stored as it was sent`, {
        hint: `check the storage at '${storage.location}' and run the backup again`,
      });
    }
    // with a KMS key of the bucket the listed value is no MD5 of the bytes: compare the bytes
    const otherMd5 = stored.md5 !== undefined && expected.md5 !== undefined && stored.md5 !== expected.md5;
    if (otherMd5) await readStored(stored.key, expected, { storage, signal });
  }
}

/**
 * Reads one random object back and compares its SHA-256. Returns a warning when the role may not read: then nothing
 * is proven. Errors: object-altered, object-missing.
 */
export async function readBackOne(
  storage: Storage,
  { prefix, objects }: { prefix: string; objects: ObjectList },
  { signal }: Pick<Context, 'signal'>,
): Promise<string | undefined> {
  const object = objects.at(randomInt(Math.max(1, objects.length)));
  if (object === undefined) return undefined;
  const key = `${prefix}${object.key}`;
  try {
    await readStored(key, object, { storage, signal });
    return undefined;
  } catch (error) {
    if (!isBackuperError(error, 'storage-denied')) throw error;
    return `no object could be read back from '${storage.location}': the role may not read`;
  }
}
