import { unlinkSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '@postgres-backuper/base';
import { makeFifos } from './fifo.ts';
import { createServiceGate } from './service-gate.ts';

export const DUMP_FOLDER_PREFIX = 'postgres-backuper-dump-';

/** What pg_dump writes first: it waits there until somebody reads the pipe. */
export const FIRST_FILE = 'toc.dat';

/** A folder that pg_dump takes for its empty output directory, and which then holds named pipes only. */
export interface FifoFolder {
  /** For `pg_dump --file`. */
  readonly directory: string;
  pathOf(fileName: string): string;
  /** For pg_dump: makes it wait for `show` when it connects. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Puts the pipes where pg_dump will look for its files: once it has seen that its directory is empty, before it opens
   * a file there. Ends without it when pg_dump is over.
   */
  show(isOver: () => boolean): Promise<void>;
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
