import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  commitKey,
  dataKey,
  decompress,
  isCatalogName,
  OBJECTS_NAME,
  parseCommit,
  writeCommit,
  writeObjects,
} from '@postgres-backuper/format';
import type { Repository } from '@postgres-backuper/repository';
import { parseObjects } from '../../packages/format/src/objects.ts';
import { compressDocument } from '../../packages/format/src/zstd.ts';
import type { Place } from './harness.ts';

const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Writes a backup's catalog anew, as whoever may write to the storage and has the public key can: encrypted again, with
 * every hash and total mended. `cipher` encrypts.
 */
export async function forgeCatalogText(
  id: { readonly name: string; readonly label: string },
  { place, cipher, change }: { place: Place; cipher: Repository['cipher']; change: (text: string) => string },
): Promise<void> {
  const storage = place.repository.storage;
  const signal = new AbortController().signal;
  const replace = async (key: string, bytes: Uint8Array): Promise<void> => {
    await rm(join(place.directory, 'repository', key));
    await storage.put(key, bytes);
  };
  const read = (key: string) => readFile(join(place.directory, 'repository', key));
  const objectsKey = dataKey(id, OBJECTS_NAME);
  const list = await parseObjects(await read(objectsKey), { ...id, key: objectsKey });
  const catalog = list.objects.find(({ key }) => isCatalogName(key));
  if (catalog === undefined) throw new Error('no catalog');

  const frame = await place.repository.cipher.decrypt(await read(dataKey(id, catalog.key)));
  const text = change(Buffer.from(await decompress(frame, { maxBytes: MAX_BYTES })).toString('utf8'));
  const forged = await cipher.encrypt(await compressDocument(Buffer.from(text)));
  await replace(dataKey(id, catalog.key), forged);
  const entry = { key: catalog.key, sizeBytes: forged.length, sha256: sha256(forged) };
  const objects = list.objects.map((object) => (object === catalog ? entry : object));
  const written = await writeObjects({ ...list, objects });
  await replace(objectsKey, written);

  const key = commitKey(id);
  const commit = parseCommit(await read(key), { key });
  const totals = { ...commit.totals, storedBytes: objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
  const covered = { sizeBytes: written.length, sha256: sha256(written) };
  signal.throwIfAborted();
  await replace(key, writeCommit({ ...commit, totals, objects: covered }));
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
