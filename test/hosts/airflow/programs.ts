import { readdir, readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { holdReads, shutGate } from '../../large-database.ts';
import type { Stage } from './harness.ts';
import { dataOf } from './stored.ts';

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

/**
 * Starts a backup of the database `parted` and kills, by SIGKILL, a task that reads a part of it. The task with the snapshot
 * waits until then: it could read all parts before another task is there. The answer is that of the start.
 */
export async function killOneReader(stage: Stage, start: () => Promise<string>): Promise<string> {
  const open = await shutGate(stage.postgres);
  const held = holdReads(stage.postgres, 'parted');
  const claims = async () => (await dataOf(stage, 'parted')).filter((name) => name.startsWith('claim-')).length;
  try {
    const run = await start();
    await expect.poll(claims, { timeout: 120_000, interval: 20 }).toBeGreaterThan(1); // the first is the label's
    await expect.poll(() => killReader(stage), { timeout: 120_000, interval: 20 }).toBe(true);
    return run;
  } finally {
    await open();
    expect(await held).toBe(true);
  }
}

/** Kills the task of a part, while the storage answers nothing: no part ends meanwhile. False: there is none. */
async function killReader(stage: Stage): Promise<boolean> {
  process.kill(stage.minio.pid, 'SIGSTOP');
  try {
    const reader = (await programs(stage)).find(({ part }) => part !== undefined);
    if (reader !== undefined) await killTask(reader, stage);
    return reader !== undefined;
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
