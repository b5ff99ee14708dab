import { createHash } from 'node:crypto';
import {
  type BackupId,
  type Commit,
  commitKey,
  dataKey,
  OBJECTS_NAME,
  type ObjectEntry,
  writeCommit,
  writeObjects,
} from '@postgres-backuper/format';
import { openObjects, type Repository } from '@postgres-backuper/repository';
import { readCommit } from '../../packages/repository/src/backups/read-commit.ts';

/** What somebody can do who can write to the storage and has no key: other objects, with a list and a commit that fit them. */
export async function forge(
  id: BackupId,
  { storage }: Pick<Repository, 'storage'>,
  others: Readonly<Record<string, Uint8Array>>,
): Promise<void> {
  const commit = await readCommit(id, { storage });
  const objects: ObjectEntry[] = [];
  for await (const entry of openObjects(commit, { storage })) objects.push(withBytes(entry, others[entry.key]));
  const put = async (key: string, bytes: Uint8Array): Promise<void> => {
    await storage.remove([key]);
    await storage.put(key, bytes);
  };
  for (const [key, bytes] of Object.entries(others)) await put(dataKey(id, key), bytes);
  const list = await writeObjects({ version: 1, name: id.name, label: id.label, objects });
  await put(dataKey(id, OBJECTS_NAME), list);
  const totals = { ...commit.totals, storedBytes: objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
  const forged: Commit = { ...commit, totals, objects: { sizeBytes: list.length, sha256: sha256(list) } };
  await put(commitKey(id), writeCommit(forged));
}

function withBytes(entry: ObjectEntry, bytes: Uint8Array | undefined): ObjectEntry {
  if (bytes === undefined) return entry;
  const { md5: _, ...rest } = entry;
  return { ...rest, sizeBytes: bytes.length, sha256: sha256(bytes) };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
