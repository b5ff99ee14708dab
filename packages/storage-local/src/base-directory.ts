import { lstat, mkdir, readdir, realpath, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BackuperError, type Clock } from '@postgres-backuper/base';
import { makePrivateFolder } from './folders.ts';
import { UNFINISHED } from './key-path.ts';
import { findModeless, type Modeless, seeModeless } from './modeless.ts';
import { requireMounted } from './mounted.ts';
import type { MountTables } from './unmounted.ts';

/** An unfinished file of this age is from a run that was killed, milliseconds. */
const ABANDONED_MS = 24 * 3600_000;

export interface BaseDirectory {
  /** The real path, or `undefined` while the directory does not exist. Errors: storage-unsafe, storage-unmounted. */
  forReading(): Promise<string | undefined>;
  /** The real path; makes the directory (0700) where it is missing. Errors: storage-unsafe, storage-unmounted. */
  forWriting(): Promise<string>;
}

export interface BaseServices {
  readonly clock: Pick<Clock, 'now'>;
  readonly tables: () => Promise<MountTables>;
  /** Called once where the file system keeps no modes, so that nothing can be refused for them. */
  readonly onModeless: (base: string, modeless: Modeless) => void;
}

/**
 * The directory of a repository. Checked at the first use: its disk is mounted, nobody but its owner can write to it, and
 * we are its owner (root may read any), as far as its file system keeps modes and owners.
 */
export function createBaseDirectory(directory: string, { clock, tables, onModeless }: BaseServices): BaseDirectory {
  let readable: string | undefined;
  let writable: Promise<string> | undefined;
  let isSaid = false;
  const checkedBase = async (toWrite: boolean) => {
    const { base, modeless } = await checked(directory, toWrite);
    if (modeless !== undefined && !isSaid) onModeless(base, modeless);
    isSaid ||= modeless !== undefined;
    return base;
  };
  const prepare = async () => {
    await requireMounted(directory, tables);
    await makeBase(directory);
    const base = await checkedBase(true);
    await removeAbandoned(join(base, UNFINISHED), clock.now());
    return base;
  };
  return {
    async forReading() {
      if (readable !== undefined) return readable;
      await requireMounted(directory, tables);
      if (await exists(directory)) readable = await checkedBase(false);
      return readable;
    },
    forWriting() {
      writable ??= prepare();
      writable.catch(() => {
        writable = undefined;
      });
      return writable;
    },
  };
}

async function makeBase(directory: string): Promise<void> {
  if (await exists(directory)) return;
  await mkdir(dirname(directory), { recursive: true });
  await makePrivateFolder(directory);
}

interface Checked {
  readonly base: string;
  /** Unset: its modes and its owner are right. */
  readonly modeless?: Modeless;
}

async function checked(directory: string, toWrite: boolean): Promise<Checked> {
  const base = await realpath(directory);
  const { mode, uid } = await stat(base);
  const us = process.geteuid?.() ?? uid;
  const isForeign = uid !== us && (toWrite || us !== 0);
  const isOpen = (mode & 0o022) !== 0;
  if (!isForeign && !isOpen) return { base };
  const { modeless, failure } = await probe(base, toWrite);
  // What is made there has the same owner and no better mode: its mount decides on both.
  if (modeless?.owner === uid && (!isOpen || (modeless.mode & 0o022) !== 0)) return { base, modeless };
  throw isForeign ? foreign(base, uid, us) : writable(base, mode, failure);
}

interface Probe {
  readonly modeless?: Modeless | undefined;
  /** Why nothing could be made; unset: we have no right to. */
  readonly failure?: string;
}

/** A reader needs no room. Errors: those of the system. */
async function probe(base: string, toWrite: boolean): Promise<Probe> {
  try {
    return { modeless: await findModeless(base) };
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') return {};
    if (toWrite || !['EROFS', 'ENOSPC', 'EDQUOT'].includes(code)) throw error;
    return { modeless: await seeModeless(base), failure: code };
  }
}

function writable(base: string, mode: number, failure?: string): BackuperError {
  const text = `'${base}' can be written by others (mode ${(mode & 0o7777).toString(8)})`;
  const untold = `, or mount it with umask=077: nothing can be written there (${failure}), so whether its file system keeps modes is unknown`;
  return new BackuperError('storage-unsafe', text, {
    hint: `chmod 700 '${base}'${failure === undefined ? '' : untold}`,
  });
}

function foreign(base: string, owner: number, us: number): BackuperError {
  return new BackuperError('storage-unsafe', `'${base}' belongs to user ${owner}, not to us (user ${us})`, {
    hint: 'run as the owner of the repository, or choose a directory of your own',
  });
}

/** Folders, and what cannot be removed, are not ours: they stay, without an error. Follows no link. */
async function removeAbandoned(folder: string, now: number): Promise<void> {
  await makePrivateFolder(folder);
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    const info = await lstat(file).catch(() => undefined);
    if (info === undefined || info.isDirectory() || now - info.mtimeMs <= ABANDONED_MS) continue;
    await unlink(file).catch(() => undefined);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}
