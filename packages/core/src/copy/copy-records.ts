import { type Context, isBackuperError } from '@postgres-backuper/base';
import type { BackupId } from '@postgres-backuper/format';
import { RECORD_MAX_BYTES, readRecords } from '@postgres-backuper/repository';
import type { CopyServices } from './contract.ts';

/** What is true of the bytes wherever they are, and whether people keep them. Not what a run or a repository was doing. */
const CARRIED = /^(pin|unpin|verify-.*)$/;

/** Copies verdicts and pins as they are, with their signatures, in the order of their times. Errors: those of the storages. */
export async function copyRecords(
  { name, label }: BackupId,
  { from, to }: CopyServices,
  { signal }: Context,
): Promise<void> {
  const records = (await readRecords({ name, label, signal }, from)).get(label) ?? [];
  for (const { key, kind } of records.toSorted((a, b) => a.at - b.at)) {
    if (!CARRIED.test(kind)) continue;
    try {
      await to.storage.put(key, await from.storage.get(key, { maxBytes: RECORD_MAX_BYTES, signal }), { signal });
    } catch (error) {
      if (!isBackuperError(error, 'object-missing')) throw error; // removed since it was listed
    }
  }
}
