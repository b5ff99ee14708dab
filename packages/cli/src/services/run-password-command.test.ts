import { expect, test } from 'vitest';
import { realClock } from '../real-clock.ts';
import { runPasswordCommand } from './run-password-command.ts';

/** For commands that last longer than they may. */
const HURRIED = {
  ...realClock,
  sleep: (delayMs: number, options = {}) => realClock.sleep(delayMs === 30_000 ? 300 : delayMs, options),
};

function run(command: string, secrets: readonly string[] = []): Promise<string> {
  const context = { clock: command.includes('sleep') ? HURRIED : realClock, signal: new AbortController().signal };
  return runPasswordCommand({ command, env: { PATH: '/usr/bin:/bin' }, secrets }, context);
}

test('the password is what the command prints, without the line end', async () => {
  expect(await run('echo "a b"')).toBe('a b');
  expect(await run("printf ' ä%%$ \\r\\n'")).toBe(' ä%$ ');
});

test.each([
  ['exit 3', 'ended with status 3'],
  ['echo no login >&2; exit 1', 'ended with status 1: no login'],
  ['no-such-program', 'ended with status 127: '],
  ['true', 'printed nothing'],
  ['echo', 'printed nothing'],
  ['echo a; echo b', 'printed more than one line'],
  ['yes', 'printed more than a password'],
  ['sleep 60', 'did not end within 30 seconds'],
  ['setsid sleep 3 & sleep 60', 'did not end within 30 seconds'],
])('%s is an error', async (command, message) => {
  const error = await run(command).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'password-unavailable', exitStatus: 75 });
  expect((error as Error).message).toContain(`the command for the password ${message}`);
});

test('an error shows neither the output nor a secret', async () => {
  const error = await run('echo CANARY-1; echo "bad CANARY-1 and CANARY-2, see log" >&2; exit 1', ['CANARY-2']).catch(
    (thrown: unknown) => thrown,
  );
  expect((error as Error).message).toContain('status 1: bad *** and ***, see log');
});

test('a secret at the place where a long line was cut is not shown in part', async () => {
  const long = 'LONG-CANARY-'.padEnd(60, 'z');
  const error = await run(`printf '${long}%.0s' $(seq 67) >&2; exit 1`, [long]).catch((thrown: unknown) => thrown);
  expect((error as Error).message).toMatch(/: (\*{3})+$/);
});

test('a cancelled run ends the command', async () => {
  const cancelling = new AbortController();
  const request = { command: 'sleep 60', env: { PATH: '/usr/bin:/bin' }, secrets: [] };
  const asked = runPasswordCommand(request, { clock: realClock, signal: cancelling.signal });
  setTimeout(() => cancelling.abort(new Error('cancelled here')), 100);
  await expect(asked).rejects.toThrow('cancelled here');
});
