import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openGuard } from './guard.ts';

/** Starts programs, each of which starts another, until it is killed. */
const PARENT = `
  import { startProgram } from ${JSON.stringify(join(import.meta.dirname, 'process.ts'))};
  const clock = { now: Date.now, elapsed: () => performance.now(), sleep: () => new Promise(() => undefined) };
  const services = { clock, signal: new AbortController().signal };
  const request = { file: 'sh', args: ['-c', 'sleep 60 & sleep 60'], env: { MARK: process.argv[1], PATH: '/usr/bin:/bin' } };
  console.log('begin');
  for (;;) await startProgram(request, services);
`;

/** Kills a parent that has begun to start programs. */
async function killParent(mark: string, ready: () => Promise<unknown>): Promise<void> {
  const parent = spawn(process.execPath, ['--input-type=module', '-e', PARENT, mark]);
  const gone = once(parent, 'exit');
  await once(parent.stdout, 'data');
  await ready();
  parent.kill('SIGKILL');
  await gone;
}

/** Running processes with MARK in their environment. */
async function countMarked(mark: string): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const texts = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '')));
  return texts.filter((text) => text.includes(`MARK=${mark}\0`)).length;
}

/** How often a parent is killed; more in proofs by hand. */
const KILLS = Number(process.env.PGBACKUPER_KILLS ?? 12);

test.runIf(process.platform === 'linux')(
  'programs end with a parent that is killed, at whatever moment',
  async () => {
    const mark = `guard-test-${process.pid}`;
    const someRun = () => expect.poll(() => countMarked(mark)).toBeGreaterThan(0);
    await killParent(mark, someRun); // else nothing would be left in any case
    for (let kill = 1; kill < KILLS; kill++) await killParent(mark, () => sleep(Math.random() * 20));
    await sleep(500); // a program that was just being started has become itself
    await expect.poll(() => countMarked(mark)).toBe(0);
  },
  600_000,
);

test('a guard leaves alone what it was told to forget', async () => {
  const guard = await openGuard();
  const { file, args } = guard?.wrap({ file: '/bin/sleep', args: ['60'] }) ?? { file: '', args: [] };
  const [kept, ended] = [0, 1].map(() =>
    spawn(file, [...args], { detached: true, stdio: ['ignore', 'ignore', 'ignore', guard?.channel] }),
  );
  // it is listed before it becomes the program
  await expect.poll(() => readFile(`/proc/${kept?.pid}/comm`, 'utf8').catch(() => '')).toBe('sleep\n');
  guard?.forget(kept?.pid as number);
  guard?.channel.end();
  await expect.poll(() => ended?.signalCode).toBe('SIGKILL');
  expect(kept?.exitCode ?? kept?.signalCode).toBe(null);
  kept?.kill('SIGKILL');
});
