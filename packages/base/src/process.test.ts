import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Clock } from './clock.ts';
import { runProgram, startProgram } from './process.ts';
import { programError } from './program-error.ts';

const clock: Clock = { now: () => 0, elapsed: () => 0, sleep: (delayMs) => sleep(delayMs) };
const services = { clock, signal: new AbortController().signal };
const env = { PATH: '/usr/bin:/bin' };

describe('a program', () => {
  it('gives bytes as they are', async () => {
    const bytes = await runProgram({ file: 'printf', args: ['r\\351\\377'], env }, services);
    expect(bytes).toEqual(Buffer.from('72e9ff', 'hex'));
  });

  it('speaks in the encoding that the caller knows', async () => {
    const lines: string[] = [];
    const script = "printf 'error: \\245\\355\\nend \\245\\355' >&2; exit 1";
    const request = { file: 'sh', args: ['-c', script], env, encoding: 'EUC_JP' };
    const program = await startProgram({ ...request, onStderrLine: (line) => lines.push(line) }, services);
    program.stdout.resume();
    expect((await program.ended).stderr).toBe('error: ロ\nend ロ\n');
    expect(lines).toEqual(['error: ロ', 'end ロ']);
  });
});

describe('the error of a program', () => {
  const said = (stderr: string) => programError({ file: '/bin/pg_dumpall', status: 1, signal: null, stderr }).message;
  it.each([
    [
      'pg_dumpall: error: query failed: ERROR:  permission denied\npg_dumpall: error: query was: SELECT an_error\n  FROM x\nWHERE error\n',
      'pg_dumpall: error: query failed: ERROR:  permission denied',
    ],
    ['pg_dumpall: error: query failed: ERROR:  denied\npg_dumpall: detail: Query was: SELECT 1', /ERROR: {2}denied$/],
    [
      'pg_restore: error: could not\nCommand was: CREATE error\n  more;\n\npg_restore: warning: end',
      /error: could not$/,
    ],
    ['only this', 'only this'],
    ['', 'it said nothing'],
  ])('shows the reason of %j', (stderr, expected) => {
    expect(said(stderr)).toMatch(expected);
  });
});
