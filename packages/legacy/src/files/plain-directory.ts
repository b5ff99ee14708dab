import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BackuperError, isBackuperError } from '@postgres-backuper/base';
import { readToc, type TocEntry } from '@postgres-backuper/postgres';

/** No dump has a larger table of contents, bytes. */
const TOC_MAX_BYTES = 256 * 1024 * 1024;
/** Offset of the size of an integer in the header: pg_restore uses it, and pg_dump always writes 4. */
const INTEGER_SIZE_AT = 8;
/** A string of a table of contents that begins like a path: sign, length, `./` or `../`. */
const PATH = /\0[^\0][\s\S]\0\0\.{1,2}\//;
const BLOBS_LIST = /^blobs(?:_\d+)?\.toc$/;

/**
 * Refuses file names that lead out of an archive of the directory format: pg_restore would follow them, and load other
 * files of this machine as rows. Errors: script-refused, those of the file system.
 */
export async function requirePlainDirectory(directory: string): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true });
  const foreign = entries.find((entry) => !entry.isFile());
  if (foreign !== undefined) throw leadsOut(`'${foreign.name}' is not a regular file`);
  const path = join(directory, 'toc.dat');
  if ((await stat(path)).size > TOC_MAX_BYTES) throw leadsOut(`'toc.dat' is larger than 256 MiB`);
  const bytes = await readFile(path);
  const isPlain = bytes[INTEGER_SIZE_AT] === 4 && (entriesOf(bytes)?.every(isNamedPlainly) ?? true);
  if (!isPlain || PATH.test(bytes.toString('latin1')))
    throw leadsOut(`'toc.dat' names other files than those of a dump`);
  for (const { name } of entries) if (BLOBS_LIST.test(name)) await requireBlobs(join(directory, name), name);
}

/** Undefined for a version that only pg_restore knows. */
function entriesOf(bytes: Buffer): readonly TocEntry[] | undefined {
  try {
    return readToc(bytes)?.entries;
  } catch (error) {
    if (isBackuperError(error, 'dump-failed')) return undefined;
    throw error;
  }
}

function isNamedPlainly({ fileName, description }: TocEntry): boolean {
  return fileName === '' || (description === 'BLOBS' ? BLOBS_LIST : /^\d+\.dat$/).test(fileName);
}

async function requireBlobs(path: string, name: string): Promise<void> {
  if ((await stat(path)).size > TOC_MAX_BYTES) throw leadsOut(`'${name}' is larger than 256 MiB`);
  const lines = (await readFile(path, 'latin1')).split('\n');
  const isPlain = lines.every((line) => line === '' || /^\d+ blob_\d+\.dat$/.test(line));
  if (!isPlain) throw leadsOut(`'${name}' names other files than those of a dump`);
}

function leadsOut(what: string): BackuperError {
  return new BackuperError('script-refused', `${what}: it may lead to other files of this machine; nothing was run`, {
    hint: 'give a directory as pg_dump wrote it, with its own files only',
  });
}
