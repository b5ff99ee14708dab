import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { guardGroup } from './guard.ts';

/** A program that starts another one, guards it when asked to, and tells its process id. */
const PARENT = `
  import { spawn } from 'node:child_process';
  import { guardGroup } from ${JSON.stringify(join(import.meta.dirname, 'guard.ts'))};
  const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  if (process.argv[1] === 'guarded') guardGroup(child.pid);
  console.log(child.pid);
  setInterval(() => undefined, 1000);
`;

async function killedParent(...args: string[]): Promise<number> {
  const parent = spawn(process.execPath, ['--input-type=module', '-e', PARENT, ...args]);
  const [pid] = (await once(parent.stdout, 'data')) as [Buffer];
  await sleep(50); // the shell begins to read
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  return Number(pid.toString());
}

/** Also when nobody asked for its status. */
async function isGone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 40; tries++) {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => ') Z');
    if (stat.includes(') Z')) return true;
    await sleep(25);
  }
  return false;
}

test('a guarded group ends with a parent that is killed, an unguarded one goes on', async () => {
  const [guarded, unguarded] = await Promise.all([killedParent('guarded'), killedParent()]);
  expect(await isGone(guarded)).toBe(true);
  expect(await isGone(unguarded)).toBe(false);
  process.kill(-unguarded, 'SIGKILL');
});

test('a guard that was ended does nothing', async () => {
  const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  const endGuard = guardGroup(child.pid as number);
  endGuard();
  await sleep(200);
  expect(child.exitCode ?? child.signalCode).toBe(null);
  child.kill('SIGKILL');
});
