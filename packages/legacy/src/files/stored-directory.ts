import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Context, numberOf } from '@postgres-backuper/base';
import type { OldPlace } from '../list-legacy.ts';

/** Names of files in a directory of pg_dump: other objects below the prefix do not belong to it. */
const OF_DUMP = /^(?:toc\.dat|\d+\.dat|blob_\d+\.dat|blobs(?:_\d+)?\.toc)(?:\.(?:gz|lz4|zst))?$/;
const TOC = 'toc.dat';

export interface StoredDirectory {
  /** Without a '/' at its end. */
  readonly prefix: string;
  readonly storage: OldPlace['storage'];
  readonly maxBytes: number;
}

/**
 * Copies the objects of a dump in the directory format into a temporary directory, since pg_restore reads files, and
 * returns its path; undefined if there is no toc.dat below the prefix. Errors: those of the storage.
 */
export async function copyStoredDirectory(
  { prefix, storage, maxBytes }: StoredDirectory,
  { signal, tempDir, emit }: Pick<Context, 'signal' | 'tempDir' | 'emit'>,
): Promise<string | undefined> {
  const names: string[] = [];
  for await (const { key } of storage.list(`${prefix}/`, { signal })) {
    const name = key.slice(prefix.length + 1);
    if (OF_DUMP.test(name)) names.push(name);
  }
  if (!names.includes(TOC)) return undefined;
  emit({
    type: 'phase',
    phase: 'check',
    text: `copying ${numberOf(names.length, 'file')} of '${prefix}' to this machine`,
  });
  await mkdir(tempDir, { recursive: true });
  const folder = await mkdtemp(join(tempDir, 'dump-'));
  for (const name of names) {
    const bytes = await storage.get(`${prefix}/${name}`, { maxBytes, signal });
    await writeFile(join(folder, name), bytes, { mode: 0o600 });
  }
  return folder;
}
