import { unlinkSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '@postgres-backuper/base';
import { makeFifos } from './fifo.ts';
import { createServiceGate } from './service-gate.ts';

export const DUMP_FOLDER_PREFIX = 'postgres-backuper-dump-';

/** The file that pg_dump writes first: it waits there until the pipe is read. */
export const FIRST_FILE = 'toc.dat';

/** A folder that pg_dump accepts as its empty output directory, and which afterwards holds only named pipes. */
export interface FifoFolder {
  /** For `pg_dump --file`. */
  readonly directory: string;
  pathOf(fileName: string): string;
  /** For pg_dump: makes it wait for `show` when it connects. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Puts the pipes into pg_dump's directory: after pg_dump has found it empty, and before it opens a file there. Does
   * nothing if pg_dump has ended.
   */
  show(isOver: () => boolean): Promise<void>;
  /** Makes the pipes of all other files. Must be called before the first one is read. */
  add(fileNames: readonly string[]): Promise<void>;
  /** Removes a pipe that was read to its end: to remove 100,000 together at the end would take long. */
  drop(fileName: string): void;
  remove(): Promise<void>;
}

/** Makes the folder with only the pipe of the first file. */
export async function createFifoFolder(env: Readonly<Record<string, string>>, context: Context): Promise<FifoFolder> {
  const base = await mkdtemp(join(context.tempDir, DUMP_FOLDER_PREFIX)); // 0700
  const remove = (): Promise<void> => rm(base, { recursive: true, force: true });
  try {
    const pipes = join(base, 'pipes');
    const pathOf = (fileName: string): string => `${pipes}/${fileName}`;
    const drop = (fileName: string): void => unlinkSync(pathOf(fileName));
    await mkdir(pipes, { mode: 0o700 });
    await mkdir(join(base, 'empty'), { mode: 0o500 }); // only root can write a plain file there
    await symlink('empty', join(base, 'dump'));
    await symlink('pipes', join(base, 'next'));
    const add = (fileNames: readonly string[]): Promise<void> => makeFifos(fileNames.map(pathOf), env, context);
    const gate = await createServiceGate({ folder: base, env }, context);
    await makeFifos([pathOf(FIRST_FILE), gate.pipe], env, context);
    const show = async (isOver: () => boolean): Promise<void> => {
      const openGate = await gate.reached(isOver);
      if (openGate === undefined) return;
      await rename(join(base, 'next'), join(base, 'dump')); // atomic
      openGate();
    };
    return { directory: join(base, 'dump'), environment: gate.environment, pathOf, show, add, drop, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
