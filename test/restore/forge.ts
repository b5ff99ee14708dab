import { createHash } from 'node:crypto';
import {
  type BackupId,
  type Catalog,
  catalogName,
  commitKey,
  dataKey,
  OBJECTS_NAME,
  totalsOf,
  writeCommit,
  writeObjects,
} from '@postgres-backuper/format';
import { type Repository, readDocuments } from '@postgres-backuper/repository';
import { parseObjects } from '../../packages/format/src/objects.ts';
import { compressDocument } from '../../packages/format/src/zstd.ts';
import { readCommit } from '../../packages/repository/src/backups/read-commit.ts';

const MAX = { maxBytes: 1 << 28 };

/** Writes another catalog into a backup that is neither encrypted nor signed, and mends everything that covers it. */
export async function forgeCatalog(
  id: BackupId,
  repository: Repository,
  change: (catalog: Catalog) => Partial<Catalog>,
): Promise<void> {
  const { storage } = repository;
  const commit = await readCommit(id, repository);
  const { catalog } = await readDocuments(commit, repository);
  const forged = { ...catalog, ...change(catalog) };
  const replace = async (key: string, body: Uint8Array) => {
    await storage.remove([key]);
    await storage.put(key, body);
    return { sizeBytes: body.length, sha256: createHash('sha256').update(body).digest('hex') };
  };
  const written = await replace(
    dataKey(id, catalogName(false)),
    await compressDocument(Buffer.from(JSON.stringify(forged))),
  );
  const listKey = dataKey(id, OBJECTS_NAME);
  const document = await parseObjects(await storage.get(listKey, MAX), { key: listKey, ...id });
  const objects = document.objects.map(({ md5: _, ...entry }) =>
    entry.key === catalogName(false) ? { ...entry, ...written } : entry,
  );
  const list = await replace(listKey, await writeObjects({ ...document, objects }));
  await replace(commitKey(id), writeCommit({ ...commit, totals: totalsOf(forged, objects), objects: list }));
}
