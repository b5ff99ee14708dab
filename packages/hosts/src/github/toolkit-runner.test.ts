import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BackuperError, runProgram } from '@postgres-backuper/base';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runByToolkit } from './toolkit-runner.ts';

const clock = { now: Date.now, elapsed: () => performance.now(), sleep: (ms: number) => sleep(Math.max(100, ms / 20)) }; // patience in a hurry
const env = { PATH: '/usr/bin:/bin', SEEN: 'yes' };
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runner-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe.each([
  ['our own runner', runProgram],
  ['the runner of GitHub’s toolkit', runByToolkit],
])('%s', (_, run) => {
  const { signal } = new AbortController();
  const sh = (script: string, more = {}) => run({ file: 'sh', args: ['-c', script], env, ...more }, { clock, signal });

  test('gives the bytes of standard output, and each line of standard error', async () => {
    const lines: string[] = [];
    const bytes = await sh('printf "12\\n\\377\\000x"; printf "one\\ntwo" >&2', {
      onStderrLine: (line: string) => lines.push(line),
    });
    expect([...bytes]).toEqual([...Buffer.from('12\n'), 0xff, 0, ...Buffer.from('x')]);
    expect(lines).toEqual(['one', 'two']);
  });

  test('passes arguments as they are, the environment alone, and the input that is given', async () => {
    const args = ['-c', 'printf "%s|" "$@"; cat; echo; env', 'sh', 'a \'b\' "c"', '$HOME', ''];
    const said = (await run({ file: 'sh', args, env, input: 'typed' }, { clock, signal })).toString();
    expect(said).toMatch(/^a 'b' "c"\|\$HOME\|\|typed/);
    const names = said.match(/^\w+(?==)/gm)?.filter((name) => !/^(PWD|OLDPWD|SHLVL|_)$/.test(name));
    expect(names?.sort()).toEqual(['PATH', 'SEEN']);
    expect((await sh('cat')).toString()).toBe('');
  });

  test('a status other than 0, and a program that is not there, are errors', async () => {
    await expect(sh('echo "E: no room" >&2; exit 7')).rejects.toMatchObject({
      code: 'program-failed',
      message: 'sh ended with status 7: E: no room',
    });
    await expect(run({ file: 'no-such-program', args: [], env }, { clock, signal })).rejects.toMatchObject({
      code: 'program-missing',
    });
  });

  test('a cancel ends the program and its children, also those that do not listen', async () => {
    const stop = new AbortController();
    const script = `(trap "" TERM; echo $$ > ${folder}/pid; sleep 60) & wait`;
    const running = run({ file: 'sh', args: ['-c', script], env }, { clock, signal: stop.signal });
    const pid = async () => Number(await readFile(join(folder, 'pid'), 'utf8').catch(() => ''));
    await expect.poll(pid).toBeGreaterThan(0);
    const group = await pid();
    stop.abort(new BackuperError('cancelled', 'cancelled'));
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    await expect.poll(() => isAlive(group)).toBe(false);
  });

  test('what is cancelled before it begins does not begin', async () => {
    const aborted = AbortSignal.abort(new BackuperError('cancelled', 'cancelled'));
    await expect(run({ file: 'touch', args: [join(folder, 'x')], env }, { clock, signal: aborted })).rejects.toThrow();
    await expect(readFile(join(folder, 'x'))).rejects.toThrow('ENOENT');
  });
});

function isAlive(group: number): boolean {
  try {
    return process.kill(-group, 0);
  } catch {
    return false;
  }
}
