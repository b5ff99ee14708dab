import { unlinkSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { makeFifos } from './fifo.ts';

export const DUMP_FOLDER_PREFIX = 'postgres-backuper-dump-';

/** What pg_dump writes first: it waits there until somebody reads the pipe. */
export const FIRST_FILE = 'toc.dat';

/** A folder that pg_dump takes for its empty output directory, and which then holds named pipes only. */
export interface FifoFolder {
  /** For `pg_dump --file`. */
  readonly directory: string;
  pathOf(fileName: string): string;
  /**
   * Puts the pipes where pg_dump will look for its files. To be called when pg_dump has seen that its directory is
   * empty (its first message) and has not yet opened a file.
   */
  show(): Promise<void>;
  /** Makes the pipes of all other files. To be called before the first one is read. */
  add(fileNames: readonly string[]): Promise<void>;
  /** Removes a pipe that was read to its end: removing 100,000 at once would take long. */
  drop(fileName: string): void;
  remove(): Promise<void>;
}

/** Holds the pipe of the first file only. */
export async function createFifoFolder(env: Readonly<Record<string, string>>, context: Context): Promise<FifoFolder> {
  const base = await mkdtemp(join(context.tempDir, DUMP_FOLDER_PREFIX)); // 0700
  const remove = (): Promise<void> => rm(base, { recursive: true, force: true });
  try {
    const pipes = join(base, 'pipes');
    const pathOf = (fileName: string): string => `${pipes}/${fileName}`;
    const drop = (fileName: string): void => unlinkSync(pathOf(fileName));
    await mkdir(pipes, { mode: 0o700 });
    await mkdir(join(base, 'empty'), { mode: 0o500 }); // nobody but root can write a plain file there
    await symlink('empty', join(base, 'dump'));
    await symlink('pipes', join(base, 'next'));
    const add = (fileNames: readonly string[]): Promise<void> => makeFifos(fileNames.map(pathOf), env, context);
    await add([FIRST_FILE]);
    const show = async (): Promise<void> => {
      await rename(join(base, 'next'), join(base, 'dump')); // atomic
    };
    return { directory: join(base, 'dump'), pathOf, show, add, drop, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
