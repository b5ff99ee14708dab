import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';

const code = readFileSync(new URL('./launcher.cjs', import.meta.url), 'utf8').replace(/^#!.*/, '');

/** What the launcher does in another Node.js: what it says, how it ends, what it loads. */
function launch(version: string) {
  const did = { said: '', exit: undefined as number | undefined, loaded: [] as string[] };
  const stop = (status: number): never => {
    did.exit = status;
    throw new Error('exit');
  };
  const stderr = { write: (text: string) => (did.said += text) };
  const process = { versions: { node: version }, version: `v${version}`, env: {}, umask: () => 18, stderr, exit: stop };
  try {
    runInNewContext(code, { process, require: (name: string) => did.loaded.push(name) });
  } catch (error) {
    if (did.exit === undefined) throw error;
  }
  return did;
}

test.each(['0.12.0', '12.22.0', '18.20.0', '20.19.0', '22.14.0', '23.7.0'])(
  'Node.js %s is told what is needed',
  (version) => {
    const message = `postgres-backuper needs Node.js 22.15 or newer (of 23: 23.8), and this is v${version}\n`;
    expect(launch(version)).toEqual({ said: message, exit: 2, loaded: [] });
  },
);

test.each(['22.15.0', '23.8.1', '24.0.0', '26.1.0'])('Node.js %s loads the program', (version) => {
  expect(launch(version)).toEqual({ said: '', exit: undefined, loaded: ['./main.cjs'] });
});

test('the launcher is written in the syntax of the oldest Node.js', () => {
  expect(code).not.toMatch(/\b(const|let|class|async|await)\b|=>|`|\?\.|\?\?/);
});
