import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tryRun } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildBundle } from '../../scripts/bundle/bundle.ts';
import { type LargeRepositories, startLargeRepositories } from './large-repository.ts';

const BACKUPS = 10_000;
const NAMES = 50;
const LIMIT_MS = 2000;
const LIMIT_MIB = 256;
/** Others use the machine too: of a few runs the quickest counts. */
const RUNS = 4;
/** Writes the process's own peak when it ends; that of getrusage would hold what its parent had before exec. */
const TELL_PEAK = `process.on('exit', () => require('node:fs').writeFileSync(process.env.PEAK_FILE,
  require('node:fs').readFileSync('/proc/self/status', 'utf8').match(/VmHWM:\\s*(\\d+) kB/)[1]));`;

const COMMANDS = [
  ['list', []],
  ['status', ['--name', 'database-007', '--max-age', '26h']],
  ['prune', ['--name', 'database-007', '--dry-run', '--keep-days', '30']],
] as const;

// minutes: collected by `pnpm test:scale` only
describe(`a repository of ${BACKUPS} backups over ${NAMES} names`, () => {
  let repositories: LargeRepositories;
  let env: Readonly<Record<string, string>>;
  let main: string;
  beforeAll(async () => {
    repositories = await startLargeRepositories();
    env = await repositories.fill({ names: NAMES, backups: BACKUPS, now: Date.now() });
    const folder = join(env.HOME ?? '', 'dist');
    await buildBundle(join(import.meta.dirname, '../..'), folder);
    main = join(folder, 'postgres-backuper.cjs');
  }, 900_000);
  afterAll(() => repositories?.stop());

  const measure = async (args: readonly string[]) => {
    const [peakFile, preload] = [join(env.HOME ?? '', 'peak'), join(env.HOME ?? '', 'tell-peak.cjs')];
    await writeFile(preload, TELL_PEAK);
    const begunAt = performance.now();
    const how = { env: { PATH: '/usr/bin:/bin', ...env, PEAK_FILE: peakFile } };
    const end = await tryRun(process.execPath, ['--require', preload, main, ...args], how);
    const elapsedMs = performance.now() - begunAt;
    expect(end.stderr).not.toContain('✗');
    expect(end.status).toBe(0);
    return { elapsedMs, mebibytes: Number(await readFile(peakFile, 'utf8')) / 1024 };
  };

  it.each(COMMANDS)(
    '%s takes at most 2 s when the commits are known, and 256 MiB',
    async (command, options) => {
      const cache = join(env.HOME ?? '', `cache-${command}`);
      await rm(cache, { recursive: true, force: true });
      const args = [command, ...options, '--cache-dir', cache];
      const cold = await measure(args);
      const warm = [];
      for (let run = 0; run < RUNS; run += 1) warm.push(await measure(args));
      const quickestMs = Math.min(...warm.map(({ elapsedMs }) => elapsedMs));
      const [coldMib, warmMib] = [cold.mebibytes, Math.max(...warm.map(({ mebibytes }) => mebibytes))];
      console.log(
        `${command}: cold ${cold.elapsedMs.toFixed(0)} ms, ${coldMib.toFixed(0)} MiB; warm ${quickestMs.toFixed(0)} ms, ${warmMib.toFixed(0)} MiB`,
      );
      expect(quickestMs).toBeLessThanOrEqual(LIMIT_MS);
      expect(warmMib).toBeLessThanOrEqual(LIMIT_MIB);
      expect(coldMib).toBeLessThanOrEqual(LIMIT_MIB);
    },
    600_000,
  );
});
