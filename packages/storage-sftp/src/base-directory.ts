import { BackuperError, type Clock } from '@postgres-backuper/base';
import { ignoreMissing, UNFINISHED } from './key-path.ts';
import { readFolder } from './read-folder.ts';
import { STATUS, statusOf } from './request-error.ts';
import type { Session } from './session.ts';

/** A file that is unfinished for at least this time belongs to a killed run, milliseconds. */
const ABANDONED_MS = 24 * 3600_000;

export interface BaseDirectory {
  /** The absolute path, or `undefined` while the directory does not exist. Errors: storage-unsafe (a file is there). */
  forReading(session: Session): Promise<string | undefined>;
  /** The directory or, while it does not exist, its nearest existing parent. */
  nearest(session: Session): Promise<string>;
  /** The absolute path; makes the directory (0700) if it is missing. Errors: storage-unsafe. */
  forWriting(session: Session): Promise<string>;
}

/** The directory of a repository, checked at its first use. It may itself be a link. */
export function createBaseDirectory(path: string, clock: Pick<Clock, 'now'>): BaseDirectory {
  let readable: string | undefined;
  let writable: Promise<string> | undefined;
  return {
    async forReading(session) {
      if (readable !== undefined) return readable;
      const base = await absolute(session, path);
      if (await isFolder(session, base)) readable = base;
      return readable;
    },
    nearest: async (session) => nearestFolder(session, await absolute(session, path)),
    forWriting(session) {
      writable ??= prepare(session, path, clock);
      writable.catch(() => {
        writable = undefined;
      });
      return writable;
    },
  };
}

/** A path without '/' at its start is relative to the account's home. */
async function absolute(session: Session, path: string): Promise<string> {
  if (path.startsWith('/')) return path;
  const home = await session.realpath('.');
  return `${home.replace(/\/$/, '')}/${path}`;
}

async function nearestFolder(session: Session, folder: string): Promise<string> {
  if (folder === '') return '/';
  return (await isFolder(session, folder)) ? folder : nearestFolder(session, folder.slice(0, folder.lastIndexOf('/')));
}

async function prepare(session: Session, path: string, clock: Pick<Clock, 'now'>): Promise<string> {
  const base = await absolute(session, path);
  await makeMissing(session, base);
  const unfinished = `${base}/${UNFINISHED}`;
  await makeFolder(session, unfinished);
  await removeAbandoned(session, unfinished, clock.now());
  return base;
}

async function makeMissing(session: Session, folder: string): Promise<void> {
  if (folder === '' || (await isFolder(session, folder))) return;
  await makeMissing(session, folder.slice(0, folder.lastIndexOf('/')));
  await makeFolder(session, folder);
}

/** Makes one folder with mode 0700; one that exists is unchanged. Errors: storage-unsafe for a link in its place. */
export async function makeFolder(session: Session, folder: string): Promise<void> {
  try {
    await session.mkdir(folder);
  } catch (error) {
    if (statusOf(error) === STATUS.missing) throw error;
    const info = await session.lstat(folder).catch(() => undefined);
    if (info === undefined) throw error;
    if (!info.isDirectory()) throw noFolder(folder);
  }
}

async function isFolder(session: Session, folder: string): Promise<boolean> {
  const info = await session.stat(folder).catch(ignoreMissing);
  if (info === undefined || info.isDirectory()) return info !== undefined;
  throw noFolder(folder);
}

function noFolder(folder: string): BackuperError {
  return new BackuperError('storage-unsafe', `'${folder}' is a link or a file, not a folder`, {
    hint: 'remove it, or choose another folder: a repository holds its own folders only',
  });
}

async function removeAbandoned(session: Session, folder: string, now: number): Promise<void> {
  for await (const { name, info } of readFolder(session, folder)) {
    if (now - info.mtime * 1000 > ABANDONED_MS && !info.isDirectory())
      await session.unlink(`${folder}/${name}`).catch(() => undefined);
  }
}
