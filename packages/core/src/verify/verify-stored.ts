import type { Context } from '../context.ts';
import type { Commit } from '../format/commit.ts';
import { dataKey, dataPrefix, OBJECTS_NAME } from '../format/keys.ts';
import type { ObjectEntry } from '../format/objects.ts';
import { openObjects, readStored } from '../repository/read.ts';
import type { Repository } from '../repository/repository.ts';
import { collecting, type Damage } from './damage.ts';

export interface StoredCheck {
  readonly damage: readonly Damage[];
  /** Objects that are listed but not part of the backup: harmless, and named. */
  readonly extra: readonly string[];
  readonly objects: number;
}

/** Every object of the backup is listed with its size, and its MD5 where both sides tell it; one with another MD5 is read. */
export async function verifyStored(
  commit: Commit,
  repository: Repository,
  { signal }: Pick<Context, 'signal'>,
): Promise<StoredCheck> {
  const damage: Damage[] = [];
  const expected = new Map<string, Pick<ObjectEntry, 'sizeBytes' | 'sha256' | 'md5'>>();
  expected.set(dataKey(commit, OBJECTS_NAME), commit.objects);
  await collecting(damage, undefined, async () => {
    for await (const entry of openObjects(commit, repository, { signal })) {
      expected.set(dataKey(commit, entry.key), entry);
    }
  });
  const listIsKnown = damage.length === 0;
  const extra: string[] = [];
  const objects = expected.size;
  for await (const { key, sizeBytes, md5 } of repository.storage.list(dataPrefix(commit), { signal })) {
    const entry = expected.get(key);
    if (entry === undefined) {
      if (listIsKnown) extra.push(key);
      continue;
    }
    expected.delete(key);
    if (sizeBytes !== entry.sizeBytes) {
      damage.push({ object: key, text: `object '${key}' has ${sizeBytes} bytes instead of ${entry.sizeBytes}` });
    } else if (md5 !== undefined && entry.md5 !== undefined && md5 !== entry.md5) {
      // under a KMS key that the bucket chose the listing tells something else: the bytes decide
      await collecting(damage, key, () => readStored(key, entry, { storage: repository.storage, signal }));
    }
  }
  for (const key of expected.keys()) {
    if (damage.some(({ text }) => text.includes(`'${key}'`))) continue;
    damage.push({ object: key, text: `object '${key}' is missing` });
  }
  return { damage, extra, objects };
}
