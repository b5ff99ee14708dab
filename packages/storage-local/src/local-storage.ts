import { rm, stat, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { BackuperError, type Clock } from '@postgres-backuper/base';
import type { Remark, Storage } from '@postgres-backuper/repository';
import { type BaseDirectory, createBaseDirectory } from './base-directory.ts';
import { fileError, ignoreMissing, inDirectory } from './file-error.ts';
import { removeEmptyFolders, syncFolder } from './folders.ts';
import { pathOfKey, refuseLinks } from './key-path.ts';
import { modelessRemark } from './modeless.ts';
import { modeRemarks, repairModes } from './modes.ts';
import { readMountTables } from './mounted.ts';
import { readWholeFile } from './read-file.ts';
import { linkRemarks } from './remarks.ts';
import type { MountTables } from './unmounted.ts';
import { entriesOf, holdsObject, type Walk, walk } from './walk.ts';
import { writeNewFile } from './write-file.ts';

export interface LocalSettings {
  /** Made with mode 0700 at the first put; refused if others can write to it or it is not ours. */
  readonly directory: string;
  readonly clock?: Pick<Clock, 'now'>;
  /** Default: the tables of this machine. */
  readonly tables?: () => Promise<MountTables>;
  /** Called once with what is worth a warning although the directory is used. */
  readonly warn?: (remark: Remark) => void;
}

/** A repository in a directory: folders 0700, files 0600, whatever the umask. */
export function createLocalStorage(settings: LocalSettings): Storage {
  const location = resolve(settings.directory);
  const clock = settings.clock ?? { now: () => Date.now() };
  let modeless: Remark | undefined;
  const directory = createBaseDirectory(location, {
    clock,
    tables: settings.tables ?? readMountTables,
    onModeless(base, found) {
      modeless = modelessRemark(base, found);
      settings.warn?.(modeless);
    },
  });
  const attempt = <T>(what: string, action: () => Promise<T>) => inDirectory(what, location, action);
  return {
    location,
    listsMd5: false,
    put: (key, body, options) =>
      attempt(`store '${key}'`, async () => {
        options?.signal?.throwIfAborted();
        const base = await directory.forWriting();
        const path = await safePath(base, key);
        await writeNewFile(base, path, body);
      }),
    get: (key, options) =>
      attempt(`read '${key}'`, async () => {
        options.signal?.throwIfAborted();
        return readObject(await directory.forReading(), key, options.maxBytes);
      }),
    list: (prefix, options) =>
      listing(location, directory, { prefix, after: options?.after ?? '', signal: options?.signal, now: clock.now }),
    folders: (prefix, options) => foldersOf(location, directory, { prefix, signal: options?.signal }),
    remove: (keys, options) => attempt('remove objects', () => removeAll(directory, keys, options?.signal)),
    remarks: (options) =>
      attempt('look for links and modes', async () => {
        const base = await directory.forReading();
        if (base === undefined) return [];
        const modes = modeless === undefined ? await modeRemarks(base, options?.signal) : [modeless];
        return [...(await linkRemarks(base)), ...modes];
      }),
    repairModes: (options) =>
      attempt('repair modes', async () => {
        const base = await directory.forWriting();
        return modeless === undefined ? repairModes(base, options?.signal) : 0;
      }),
    usage: () => attempt('ask for the free space', () => usageOf(location)),
  };
}

async function safePath(base: string, key: string): Promise<string> {
  const path = pathOfKey(base, key);
  await refuseLinks(base, path);
  return path;
}

async function readObject(base: string | undefined, key: string, maxBytes: number): Promise<Uint8Array> {
  if (base === undefined) throw missing(key);
  const path = await safePath(base, key);
  return readWholeFile(path, maxBytes).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw missing(key);
    throw error.code === 'ELOOP' ? linked(key) : error;
  });
}

function linked(key: string): BackuperError {
  return new BackuperError('storage-unsafe', `object '${key}' is a symbolic link`, {
    hint: 'put the file itself in the place of the link: a repository holds its own files only',
  });
}

function missing(key: string): BackuperError {
  return new BackuperError('object-missing', `'${key}' is not in the repository`);
}

type Request = Omit<Walk, 'base'>;
type Folders = Pick<Walk, 'prefix' | 'signal'>;

async function* listing(location: string, directory: BaseDirectory, request: Request) {
  try {
    request.signal?.throwIfAborted();
    const base = await directory.forReading();
    if (base === undefined) return;
    await refusePrefix(base, request.prefix);
    yield* walk({ ...request, base });
  } catch (error) {
    throw fileError(error, `list '${request.prefix}'`, location);
  }
}

/** Omits folders without an object, which a killed run left. */
async function* foldersOf(location: string, directory: BaseDirectory, request: Folders) {
  try {
    request.signal?.throwIfAborted();
    const base = await directory.forReading();
    if (base === undefined) return;
    await refusePrefix(base, request.prefix);
    for (const key of (await entriesOf(base, request.prefix)).filter((each) => each.endsWith('/'))) {
      request.signal?.throwIfAborted();
      if (await holdsObject(base, key)) yield key.slice(request.prefix.length, -1);
    }
  } catch (error) {
    throw fileError(error, `list '${request.prefix}'`, location);
  }
}

/** Errors: storage-unsafe for a prefix that leads out of the base directory. */
async function refusePrefix(base: string, prefix: string): Promise<void> {
  if (prefix.includes('/')) await safePath(base, `${prefix.slice(0, prefix.lastIndexOf('/'))}/any`);
}

async function removeAll(directory: BaseDirectory, keys: readonly string[], signal?: AbortSignal): Promise<void> {
  if ((await directory.forReading()) === undefined) return;
  const base = await directory.forWriting();
  const emptied = new Set<string>();
  for (const key of keys) {
    signal?.throwIfAborted();
    const path = await safePath(base, key);
    await rm(path, { force: true });
    emptied.add(dirname(path));
  }
  for (const folder of emptied) {
    await syncFolder(folder).catch(ignoreMissing);
    await removeEmptyFolders(base, folder);
  }
}

async function usageOf(directory: string): Promise<{ freeBytes: number; totalBytes: number }> {
  let existing = directory;
  while ((await stat(existing).catch(ignoreMissing)) === undefined) existing = dirname(existing);
  const { bavail, blocks, bsize } = await statfs(existing);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}
