import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Postgres } from '@postgres-backuper/testing';

/** Tables of a database that says what it is: `marker`, and what each transaction of the load saw. */
export const LOAD_TABLES = `CREATE TABLE marker (what int NOT NULL); INSERT INTO marker VALUES (0);
  CREATE TABLE seen (what int NOT NULL, again int NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp())`;

/** Reads the marker, writes what it was, and looks once more: all in one transaction. */
const SCRIPT = `BEGIN;
SELECT what AS first FROM marker \\gset
INSERT INTO seen (what, again) SELECT :first, what FROM marker;
COMMIT;
`;

export interface Load {
  /** Ends it. Returns how many transactions it was told that they are committed. */
  stop(): Promise<number>;
}

/** pgbench on `app`, started again whenever a lost connection ended it. `connects`: a connection for each transaction. */
export async function startLoad(
  server: Postgres,
  { clients, connects }: { readonly clients: number; readonly connects: boolean },
): Promise<Load> {
  const folder = await mkdtemp(join(tmpdir(), 'pgbench-'));
  const script = join(folder, 'script.sql');
  await writeFile(script, SCRIPT);
  const own = join(server.binDir, 'pgbench');
  const state: { child?: ChildProcess; isOver: boolean } = { isOver: false };
  const run = async (): Promise<void> => {
    while (!state.isOver) {
      const words = ['-n', '-c', String(clients), '-T', '3600', '-f', script, '-l', ...(connects ? ['-C'] : [])];
      const child = spawn(existsSync(own) ? own : 'pgbench', [...words, `--log-prefix=${join(folder, 'log')}`, 'app'], {
        env: { ...server.env, PATH: process.env.PATH },
        stdio: 'ignore',
      });
      state.child = child;
      await new Promise((resolve, reject) => {
        child.once('exit', resolve);
        child.once('error', reject);
      });
    }
  };
  const running = run();
  return {
    stop: async () => {
      state.isOver = true;
      state.child?.kill();
      await running;
      const logs = (await readdir(folder)).filter((name) => name.startsWith('log'));
      const lines = await Promise.all(
        logs.map(async (name) => (await readFile(join(folder, name), 'latin1')).split('\n')),
      );
      await rm(folder, { recursive: true });
      return lines.flat().filter((line) => line.split(' ').length >= 6).length;
    },
  };
}
