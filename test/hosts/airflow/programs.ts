import { readdir, readFile } from 'node:fs/promises';
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
