import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event } from '@postgres-backuper/base';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { realClock } from '../real-clock.ts';
import { runHook } from './run-hook.ts';

const LONG = 'LONG-CANARY-'.padEnd(60, 'z');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-run-hook-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command; returns what it said and its error. */
async function run(
  command: string,
  { signal = new AbortController().signal, limitMs = 60_000, clock = realClock } = {},
) {
  const events: Event[] = [];
  const hook = {
    when: 'before',
    command,
    env: { PATH: '/usr/bin:/bin' },
    secrets: ['CANARY-1', 'CANARY-22', LONG],
  } as const;
  const context = { clock, signal, emit: (event: Event) => void events.push(event) };
  const error: unknown = await runHook({ ...hook, limitMs }, context).catch((thrown: unknown) => thrown);
  const said = events.flatMap((event) => (event.type === 'notice' ? [event.text] : []));
  return { said, error, code: (error as { code?: string } | undefined)?.code, text: (error as Error)?.message ?? '' };
}

test('both streams go to the log line by line, in their order and without secrets', async () => {
  const { said, error } = await run('echo one; echo "two CANARY-1!" >&2; printf "three CANARY-22"');
  expect(said).toEqual(['before: one', 'before: two ***!', 'before: three ***']);
  expect(error).toBeUndefined();
});

test.each([
  ['exit 3', 'ended with status 3'],
  ['echo x; echo "no CANARY-1" >&2; exit 1', 'ended with status 1: no ***'],
  ['no-such-program', 'ended with status 127: '],
  ['kill -9 $$', 'was ended by SIGKILL'],
  ["echo 'unclosed", 'ended with status 2: '],
])('%s is an error', async (command, message) => {
  const { code, text, error } = await run(command);
  expect(text).toContain(message);
  expect([code, (error as { exitStatus: number }).exitStatus]).toEqual(['hook-failed', 5]);
});

test('a command that takes too long is ended with its children, also if it ends well then', async () => {
  const file = join(folder, 'child');
  const pid = () => (existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0);
  /** The limit is over once the child is there. */
  const sleep: typeof realClock.sleep = async (delayMs, options) => {
    if (delayMs === 200) await expect.poll(pid).toBeGreaterThan(0);
    else await realClock.sleep(delayMs, options);
  };
  const clock = { ...realClock, sleep };
  const { text } = await run(`trap 'exit 0' TERM; sleep 600 & echo $! > ${file}; wait`, { limitMs: 200, clock });
  expect(text).toContain('did not end within 200 ms');
  await expect.poll(() => existsSync(`/proc/${pid()}`)).toBe(false);
});

test('a cancelled run ends the command', async () => {
  const cancelling = new AbortController();
  const running = run('echo $$; exec sleep 60', { signal: cancelling.signal });
  setTimeout(() => cancelling.abort(new Error('cancelled here')), 100);
  expect((await running).text).toBe('cancelled here');
});

test('much output, and a line without an end, fill neither the log nor a line', async () => {
  const many = await run('yes | head -n 100000');
  expect(many.said).toHaveLength(1001);
  expect(many.said.at(-1)).toBe('before: its further lines are not shown');
  const long = await run("head -c 1000000 /dev/zero | tr '\\0' x; echo; exit 1");
  expect(long.said[0]).toMatch(/^before: x{500}…$/);
  expect(long.text.length).toBeLessThan(700);
});

test('a secret at the place where a long line was cut is not shown in part', async () => {
  const { said } = await run(`printf '${LONG}%.0s' $(seq 67)`); // 4020 characters, of which 66 secrets are shown as 198
  expect(said).toEqual([`before: ${'***'.repeat(66)}`]);
});
