import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { BackuperError, type Context, isBackuperError, say } from '@postgres-backuper/base';
import type { OldPlace } from '../list-legacy.ts';
import { requirePlainDirectory } from './plain-directory.ts';
import { copyStoredDirectory } from './stored-directory.ts';

/** Largest dump read from a storage, as one object; a larger one must be copied to a file first, bytes. */
const OBJECT_MAX_BYTES = 2 * 1024 * 1024 * 1024 - 1;

/** A stored file, which can be read more than once. */
export interface OldFile {
  /** For people. */
  readonly source: string;
  /** Set for a file, or a directory that pg_dump wrote. */
  readonly path?: string;
  readonly isDirectory: boolean;
  /** From its beginning. Errors: object-missing, storage-failed. */
  bytes(): AsyncIterable<Buffer>;
}

export interface OldFileRequest {
  /** A path, or a key of a place. */
  readonly source: string;
  readonly places: readonly OldPlace[];
}

/**
 * Opens a path, which is then read twice, the object with that key, which is kept in memory, or the directory of pg_dump
 * below that key, which is copied. Errors:
 * object-too-large, usage-invalid (missing, or not a file), script-refused (names that lead out), those of the storage.
 */
export async function openOldFile(request: OldFileRequest, context: Reading): Promise<OldFile> {
  const { source } = request;
  const found = await stat(source).catch((error: unknown) => ifMissing(error, source));
  if (found === undefined) return openObject(request, context);
  if (found.isDirectory()) return openDirectory(source, source);
  if (!found.isFile()) throw notAFile(source, 'is not a regular file: it cannot be read twice');
  return { source, path: source, isDirectory: false, bytes: () => readFile(source) };
}

type Reading = Pick<Context, 'signal' | 'tempDir' | 'emit'>;

async function openObject({ source, places }: OldFileRequest, context: Reading): Promise<OldFile> {
  for (const { storage, folders } of places) {
    // a plain name is looked up in the folders of the original scripts; a name with a '/' is a whole key
    const name = source.replace(/\/+$/, '');
    const keys = name.includes('/') ? [name] : folders.map((folder) => `${folder}${name}`);
    for (const key of keys) {
      const bytes = await getOrMissing({ key, storage }, context.signal);
      if (bytes !== undefined) return { source, isDirectory: false, bytes: () => Readable.from([Buffer.from(bytes)]) };
      const copy = await copyOrMissing({ prefix: key, storage }, context);
      if (copy !== undefined) return openDirectory(copy, source);
    }
  }
  const where = places.map(({ storage }) => `'${storage.location}'`).join(', ');
  throw missing(`there is no file '${source}'${where === '' ? '' : `, and no such key in ${where}`}`);
}

async function getOrMissing({ key, storage }: { key: string; storage: OldPlace['storage'] }, signal: AbortSignal) {
  try {
    return await storage.get(key, { maxBytes: OBJECT_MAX_BYTES, signal });
  } catch (error) {
    if (isBackuperError(error, 'object-too-large')) throw tooLarge(key);
    if (isBackuperError(error, 'object-missing', 'storage-unsafe')) return undefined; // unsafe: it cannot be a key
    throw error;
  }
}

async function copyOrMissing(
  { prefix, storage }: { readonly prefix: string; readonly storage: OldPlace['storage'] },
  context: Reading,
): Promise<string | undefined> {
  try {
    return await copyStoredDirectory({ prefix, storage, maxBytes: OBJECT_MAX_BYTES }, context);
  } catch (error) {
    if (isBackuperError(error, 'object-too-large')) throw tooLarge(prefix);
    // who may read a key need not be allowed to list
    if (isBackuperError(error, 'storage-unsafe', 'storage-denied')) return undefined;
    throw error;
  }
}

/** `source`: for people. */
async function openDirectory(path: string, source: string): Promise<OldFile> {
  const toc = join(path, 'toc.dat');
  const isDump = await stat(toc).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isDump) throw notAFile(source, 'is a directory, but not one of pg_dump: it has no toc.dat');
  await requirePlainDirectory(path).catch((error: unknown) => {
    throw isBackuperError(error) ? error : unreadable(error, source);
  });
  return { source, path, isDirectory: true, bytes: () => readFile(toc) };
}

async function* readFile(path: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(path, { highWaterMark: 256 * 1024 });
  } catch (cause) {
    throw unreadable(cause, path);
  }
}

function ifMissing(error: unknown, source: string): undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return undefined;
  throw unreadable(error, source);
}

function unreadable(cause: unknown, path: string): BackuperError {
  const { code = 'unknown reason' } = cause as NodeJS.ErrnoException;
  const options = { hint: 'check the path and who may read it', cause };
  return new BackuperError('storage-failed', `'${path}' cannot be read (${code})`, options);
}

function notAFile(source: string, why: string): BackuperError {
  return new BackuperError('usage-invalid', `'${source}' ${why}`, { hint: 'give a file that pg_dump wrote' });
}

function missing(message: string): BackuperError {
  return new BackuperError('usage-invalid', message, {
    hint: `check the path; ${say.command('list', { legacy: 'true' })} shows the files of the original scripts in the repository`,
  });
}

function tooLarge(source: string): BackuperError {
  return new BackuperError('object-too-large', `'${source}' is larger than 2 GiB, which is kept in memory`, {
    hint: 'copy it to a file first, and give its path',
  });
}
