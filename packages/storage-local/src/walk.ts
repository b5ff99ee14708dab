import type { BigIntStats, Dirent } from 'node:fs';
import { lstat, opendir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { folderOf, isWanted, type StoredObject } from '@postgres-backuper/repository';
import { ignoreMissing } from './file-error.ts';
import { isKeyPart } from './key-path.ts';

/** Files whose status is read at once. */
const BATCH = 64;

/** A folder of a smaller size has few names, whether the file system counts bytes, blocks or names. */
const SMALL_FOLDER = 65_536;

/** File systems count time in steps: a second write in the same step changes no time. Milliseconds. */
const COARSEST_STEP_MS = 2000;

export interface Walk {
  readonly base: string;
  readonly prefix: string;
  readonly after: string;
  readonly signal: AbortSignal | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * The objects of a walk in byte order of their keys. Holds the names of one folder per level at a time. Links and
 * other irregular files are reported, never followed; foreign names and files removed meanwhile are ignored.
 */
export async function* walk(request: Walk, folder = folderOf(request.prefix)): AsyncGenerator<StoredObject> {
  const keys = (await entriesOf(request.base, folder)).filter((key) => isWanted(key, request));
  let files: string[] = [];
  for (const key of keys) {
    request.signal?.throwIfAborted();
    const isFolder = key.endsWith('/');
    if (!isFolder) files.push(key);
    if (files.length === BATCH || isFolder) {
      yield* look(request, files);
      files = [];
    }
    if (isFolder) yield* walk(request, key);
  }
  yield* look(request, files);
}

/** Keys of the files in a folder and of its folders, which end in '/', in byte order. */
export async function entriesOf(base: string, folder: string): Promise<string[]> {
  const keys = (await isSmall(base, folder)) ? await allAtOnce(base, folder) : await inParts(base, folder);
  return keys.sort(); // keys are ASCII, so the order of UTF-16 units is byte order
}

async function isSmall(base: string, folder: string): Promise<boolean> {
  const info = await lstat(join(base, folder)).catch(ignoreNoFolder);
  return info !== undefined && info.size < SMALL_FOLDER;
}

/** One call instead of four: a repository has a small folder of records for each backup. */
async function allAtOnce(base: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(base, folder), { withFileTypes: true }).catch(ignoreNoFolder);
  return (entries ?? []).flatMap((entry) => keyOf(folder, entry) ?? []);
}

/** A folder of a million objects is read in parts, as names alone. */
async function inParts(base: string, folder: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of unsorted(base, folder)) keys.push(key);
  return keys;
}

/** Whether at least one object is below a folder; stops at the first. */
export async function holdsObject(base: string, folder: string): Promise<boolean> {
  for await (const key of unsorted(base, folder)) {
    if (!key.endsWith('/') || (await holdsObject(base, key))) return true;
  }
  return false;
}

async function* unsorted(base: string, folder: string): AsyncGenerator<string> {
  const directory = await opendir(join(base, folder), { bufferSize: 256 }).catch(ignoreNoFolder);
  if (directory === undefined) return;
  for await (const entry of directory) {
    const key = keyOf(folder, entry);
    if (key !== undefined) yield key;
  }
}

function keyOf(folder: string, entry: Dirent): string | undefined {
  if (!isKeyPart(entry.name)) return undefined;
  return entry.isDirectory() ? `${folder}${entry.name}/` : `${folder}${entry.name}`;
}

async function* look({ base, now }: Walk, keys: readonly string[]): AsyncGenerator<StoredObject> {
  const settledAt = now() - COARSEST_STEP_MS;
  const infos = await Promise.all(keys.map((key) => lstat(join(base, key), { bigint: true }).catch(ignoreMissing)));
  for (const [index, info] of infos.entries()) {
    const key = keys[index];
    if (info === undefined || info.isDirectory() || key === undefined) continue;
    const storedAt = Number(info.mtimeMs);
    if (!info.isFile()) yield { key, sizeBytes: 0, storedAt, unreadable: flawOf(info) };
    else {
      const object = { key, sizeBytes: Number(info.size), storedAt };
      yield info.ctimeMs < settledAt ? { ...object, identity: identityOf(info) } : object;
    }
  }
}

function flawOf(info: BigIntStats): string {
  return info.isSymbolicLink() ? 'is a symbolic link' : 'is not a regular file';
}

/** A program that overwrites a file can reset its mtime, but not its ctime. */
function identityOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return `${dev}-${ino}-${size}-${mtimeNs}-${ctimeNs}`;
}

function ignoreNoFolder(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
}
