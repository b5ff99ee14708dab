import { folderOf, isWanted, type StoredObject } from '@postgres-backuper/repository';
import type { Stats } from 'ssh2';
import { isKeyPart } from './key-path.ts';
import { readFolder } from './read-folder.ts';
import type { Session } from './session.ts';

export interface Walk {
  readonly base: string;
  readonly prefix: string;
  readonly after: string;
  readonly signal: AbortSignal | undefined;
  /** Reads one folder in a session. */
  readonly use: <Result>(work: (session: Session) => Promise<Result>) => Promise<Result>;
}

/**
 * The objects of a walk in byte order of their keys. Holds the entries of one folder per level at a time. Links and other
 * special files are reported and never followed; foreign names are skipped.
 */
export async function* walk(request: Walk, folder = folderOf(request.prefix)): AsyncGenerator<StoredObject> {
  for (const found of await entriesOf(request, folder)) {
    request.signal?.throwIfAborted();
    if (!isWanted(found.key, request)) continue;
    if (found.key.endsWith('/')) yield* walk(request, found.key);
    else yield found;
  }
}

/** Names of the subfolders that hold an object, without '/', in the order of their keys. */
export async function* filledFolders(request: Walk): AsyncGenerator<string> {
  const { prefix, signal } = request;
  for (const { key } of await entriesOf(request, prefix)) {
    signal?.throwIfAborted();
    if (key.endsWith('/') && (await holdsObject(request, key))) yield key.slice(prefix.length, -1);
  }
}

/** A killed run may leave folders without an object. */
async function holdsObject(request: Walk, folder: string): Promise<boolean> {
  const found = await entriesOf(request, folder);
  if (found.some(({ key }) => !key.endsWith('/'))) return true;
  for (const { key } of found) if (await holdsObject(request, key)) return true;
  return false;
}

/** The entries of a folder; keys of folders end in '/'. */
function entriesOf({ base, use, signal }: Walk, folder: string): Promise<StoredObject[]> {
  return use(async (session) => {
    const found: StoredObject[] = [];
    for await (const { name, info } of readFolder(session, `${base}/${folder}`)) {
      signal?.throwIfAborted();
      if (isKeyPart(name)) found.push(foundAt(`${folder}${name}`, info));
    }
    return found.sort((a, b) => (a.key < b.key ? -1 : 1)); // keys are ASCII: the order of UTF-16 units is that of bytes
  });
}

/** The protocol reports whole seconds and no ctime, so nothing identifies an object. */
function foundAt(key: string, info: Stats): StoredObject {
  const storedAt = info.mtime * 1000;
  if (info.isDirectory()) return { key: `${key}/`, sizeBytes: 0, storedAt };
  if (info.isFile()) return { key, sizeBytes: info.size, storedAt };
  const unreadable = info.isSymbolicLink() ? 'is a symbolic link' : 'is not a regular file';
  return { key, sizeBytes: 0, storedAt, unreadable };
}
