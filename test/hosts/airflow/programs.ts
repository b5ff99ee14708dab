import { readdir, readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import type { Stage } from './harness.ts';

export interface Program {
  readonly pid: number;
  readonly parent: number;
  readonly words: string;
  /** Which part of a backup it reads. */
  readonly part: string | undefined;
}

/** Our program and PostgreSQL's that it started. */
export async function programs(stage: Stage): Promise<readonly Program[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map((pid) => programOf(pid, stage)));
  return found.filter((one) => one !== undefined);
}

/** Kills the process of Airflow that runs the task of a program, by SIGKILL; resolves once the program has ended, too. */
export async function killTask(program: Program | undefined, stage: Stage): Promise<void> {
  if (program === undefined) throw new Error('no program runs that is to be killed');
  process.kill(program.parent, 'SIGKILL');
  const isThere = async () => (await programs(stage)).some(({ pid }) => pid === program.pid);
  await expect.poll(isThere).toBe(false);
}

/** Kills the task of the first part that is read, while the storage answers nothing: no part ends meanwhile. */
export async function killReader(stage: Stage): Promise<void> {
  process.kill(stage.minio.pid, 'SIGSTOP');
  try {
    await killTask(
      (await programs(stage)).find(({ part }) => part !== undefined),
      stage,
    );
  } finally {
    process.kill(stage.minio.pid, 'SIGCONT');
  }
}

async function programOf(pid: string, stage: Stage): Promise<Program | undefined> {
  const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
  const words = (await read('cmdline')).replaceAll('\0', ' ');
  const isOurs = words.includes(`${stage.folder}/site`) && words.includes('postgres-backuper.cjs');
  const isClient =
    /\/(pg_dump|psql) /.test(words) && (await read('environ')).includes(`PGPORT=${stage.postgres.port}\0`);
  const parent = Number(/^PPid:\s*(\d+)/m.exec(await read('status'))?.[1]);
  if (!isOurs && (!isClient || parent === process.pid)) return undefined;
  const [, part] = /(?:^|\0)BACKUP_INPUT_PART=([^\0]+)/.exec(isOurs ? await read('environ') : '') ?? [];
  return { pid: Number(pid), parent, words, part };
}
