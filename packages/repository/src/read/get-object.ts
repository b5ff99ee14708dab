import { BackuperError, isBackuperError } from '@postgres-backuper/base';
import type { GetOptions, Storage } from '../storage/storage.ts';

/**
 * An object of a backup. If something else has its key (a symbolic link), the backup is damaged; it is not a fault of
 * the whole storage. Errors: object-altered, object-missing, object-too-large, those of the storage.
 */
export async function getObject(key: string, storage: Storage, options: GetOptions): Promise<Uint8Array> {
  try {
    return await storage.get(key, options);
  } catch (error) {
    if (!isBackuperError(error, 'storage-unsafe')) throw error;
    const { hint } = error;
    throw new BackuperError('object-altered', error.message, { hint, cause: error });
  }
}
