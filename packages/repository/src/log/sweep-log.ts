import { logPrefix, parseLogKey } from '@postgres-backuper/format';
import { atMost, RECORDS_MAX } from '../backups/at-most.ts';
import type { CallOptions, Storage } from '../storage/storage.ts';

/** How long entries of the log stay at least, milliseconds: a year, and the audit after it. */
export const LOG_KEPT_MS = 400 * 86_400_000;

/** Most entries that one run removes. */
const AT_ONCE = 1000;

/**
 * Removes the oldest entries of the log of a name, by the storage's own clock: it stored the entry at `key` just now, so
 * neither our clock nor a time that somebody wrote makes an entry old. No number of entries makes one go: who may add
 * some must not be able to push others out. Errors: those of the storage.
 */
export async function sweepLog(
  { name, key }: { readonly name: string; readonly key: string },
  storage: Storage,
  options: CallOptions,
): Promise<void> {
  const where = logPrefix(name);
  const found: { readonly key: string; readonly storedAt: number }[] = [];
  let now = 0;
  for await (const object of atMost(storage.list(where, options), { max: RECORDS_MAX, what: 'entries', where })) {
    if (object.key === key) now = object.storedAt;
    else if (parseLogKey(object.key) !== undefined) found.push({ key: object.key, storedAt: object.storedAt });
  }
  const old = found.filter(({ storedAt }) => now - storedAt > LOG_KEPT_MS).slice(0, AT_ONCE);
  if (old.length > 0)
    await storage.remove(
      old.map((one) => one.key),
      options,
    );
}
