/**
 * `pnpm test:faults [FACTOR]`: the long form of the tests in test/faults, with FACTOR (default 1) times as many trials.
 * Writes its figures into docs/reliability.md. PGBACKUPER_SEED repeats the trials of an earlier run.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { minioProgram, postgresBinaries, tryRun } from '@postgres-backuper/testing';
import { readFigures, withFigures } from './fault-figures.ts';

const root = join(import.meta.dirname, '..');
const page = join(root, 'docs/reliability.md');
const factor = Number(process.argv[2] ?? 1);
if (!(factor > 0)) throw new Error('usage: pnpm test:faults [FACTOR], a number above 0');
const seed = process.env.PGBACKUPER_SEED || String(Date.now() % 100_000);

const folder = await mkdtemp(join(tmpdir(), 'test-faults-'));
const file = join(folder, 'figures');
await writeFile(file, '');
const commit = (await tryRun('git', ['rev-parse', '--short', 'HEAD'], { cwd: root })).stdout.trim();
const begun = performance.now();
const status = await runTests({ PGBACKUPER_FAULTS: String(factor), PGBACKUPER_SEED: seed, PGBACKUPER_FIGURES: file });
const minutes = (performance.now() - begun) / 60_000;
const figures = readFigures(await readFile(file, 'utf8'));
await rm(folder, { recursive: true });
await writeFile(page, withFigures(await readFile(page, 'utf8'), { status, facts: await facts(), figures }));
console.log(`${page} has the figures of this run`);
process.exitCode = status;

async function runTests(more: Record<string, string>): Promise<number> {
  const child = spawn(process.execPath, [join(root, 'scripts/test.ts'), '--project', 'services', 'test/faults'], {
    cwd: root,
    env: { ...process.env, ...more },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
}

async function facts(): Promise<string[]> {
  const { version } = JSON.parse(await readFile(join(root, 'packages/cli/package.json'), 'utf8')) as {
    version: string;
  };
  const minio = (await tryRun(await minioProgram(), ['--version'])).stdout.split('\n')[0]?.replace(/ \(.*/, '') ?? '';
  const programs = [`PostgreSQL ${(await postgresBinaries(18)).version}`, `Node.js ${process.versions.node}`, minio];
  return [
    `${new Date().toISOString().slice(0, 10)}: postgres-backuper ${version} (${commit || 'no commit'})`,
    programs.join(', '),
    `seed ${seed}, factor ${factor}, ${minutes.toFixed(0)} minutes on ${availableParallelism()} cores`,
  ];
}
