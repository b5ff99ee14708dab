import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { documentWith } from '../document.test-data.ts';
import type { CommandEnd } from '../host.ts';
import { KEYS } from '../wording.test-data.ts';
import { createGitHubHost } from './github-host.ts';

const NASTY = "a\n::error::b\r##[group]c\u001b[31m <img src='x'> `d` |e|";

async function host(verbose = false) {
  const folder = await mkdtemp(join(tmpdir(), 'github-host-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const names = ['GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY', 'GITHUB_STATE', 'GITHUB_PATH'];
  const environment = Object.fromEntries(names.map((name) => [name, join(folder, name)]));
  let text = '';
  let time = 0;
  const write = (more: string): void => {
    text += more;
  };
  const services = { write, environment, wording: KEYS, verbose, elapsed: () => time, now: () => time };
  const file = (name: string): Promise<string> => readFile(join(folder, name), 'utf8').catch(() => '');
  return { ...createGitHubHost(services), text: () => text, wait: (ms: number) => (time += ms), file };
}

function end(document: object, more: Partial<CommandEnd> = {}): CommandEnd {
  return { document: documentWith({ command: 'backup', exit: 0, ...document }), text: '', ...more };
}

test('each phase with lines is a group, closed by the next one or by the end; each is a line', async () => {
  const { emit, finish, text } = await host();
  emit({ type: 'phase', phase: 'dump', text: 'dumping' });
  emit({ type: 'notice', text: 'a line' });
  emit({ type: 'phase', phase: 'dump', text: 'dumping the next' });
  emit({ type: 'phase', phase: 'rotate', text: 'looking\nat the rest' });
  emit({ type: 'warning', text: 'old' });
  expect(await finish(end({}, { text: 'done\n' }))).toBe(0);
  expect(text()).toBe(
    [
      'dumping\n::group::dump\na line\n::endgroup::\ndumping the next\n',
      'looking at the rest\n::group::rotate\n::warning title=PostgreSQL::old\n::endgroup::\ndone\n',
    ].join(''),
  );
});

test('a failure is annotated with its message, what to do, and each single problem; its status is kept', async () => {
  const { finish, text, file } = await host();
  const error = { code: 'x', message: 'it failed', hint: 'do this' };
  expect(await finish(end({ exit: 4, error, result: { backups: [], problems: ['one', 'two'] } }))).toBe(4);
  const title = 'title=PostgreSQL backup failed';
  expect(text().trimEnd().split('\n')).toEqual([
    `::error ${title}::it failed%0Ado this`,
    `::error ${title}::one`,
    `::error ${title}::two`,
  ]);
  expect(await file('GITHUB_STEP_SUMMARY')).toContain('it failed');
  expect(await file('GITHUB_STATE')).toMatch(/^ended<<(.+)\n4\n\1\n$/);
});

test('more problems than GitHub shows stand together in the last annotation', async () => {
  const { finish, text } = await host();
  const problems = Array.from({ length: 30 }, (_, index) => `problem ${index + 1}`);
  await finish(end({ exit: 4, error: { code: 'x', message: 'it failed' }, details: { problems } }));
  const lines = text().trimEnd().split('\n');
  expect(lines).toHaveLength(10);
  expect(lines.at(-1)).toMatch(/::problem 9%0Aproblem 10%0A.*problem 30$/);
});

test('skipped is a success that says so', async () => {
  const { finish, text, file } = await host();
  expect(await finish(end({ exit: 99 }))).toBe(0);
  expect(text()).toBe('::notice title=PostgreSQL backup skipped::the newest backup is young enough\n');
  expect(await file('GITHUB_STEP_SUMMARY')).toContain('skipped');
});

test('no text is obeyed by the runner, and none is Markdown or HTML in the summary', async () => {
  const { emit, finish, text, file } = await host(true);
  emit({ type: 'phase', phase: 'dump', text: NASTY });
  for (const type of ['notice', 'warning', 'detail'] as const) emit({ type, text: NASTY });
  const error = { code: 'x', message: NASTY, hint: NASTY };
  await finish(end({ exit: 1, error, result: { backups: [], skipped: [NASTY], problems: [NASTY] } }, { text: NASTY }));
  const commands = text()
    .split('\n')
    .filter((line) => /^\s*::/.test(line));
  expect(commands.map((line) => line.match(/^::[a-z]+/)?.[0])).toEqual([
    '::group',
    '::warning',
    '::endgroup',
    '::error',
  ]);
  expect(text()).not.toMatch(/##\[|\r|\u001b/);
  const summary = await file('GITHUB_STEP_SUMMARY');
  expect(summary).toContain("\\<img src='x'\\> \\`d\\` \\|e\\|");
  expect(summary).not.toMatch(/^::|\u001b|(^|[^\\])<img/m);
});

test('outputs are those of the command, the folder of installed programs goes to PATH', async () => {
  const { finish, file } = await host();
  const result = { binDir: '/usr/lib/postgresql/18/bin', version: '18.6', installed: true };
  await finish(end({ command: 'setup-client', result }));
  expect(await file('GITHUB_PATH')).toBe('/usr/lib/postgresql/18/bin\n');
  const outputs = await file('GITHUB_OUTPUT');
  expect([...outputs.matchAll(/^([a-z-]+)<<end_/gm)].map(([, name]) => name).sort()).toEqual([
    'bin-dir',
    'result',
    'version',
  ]);
});

test('a file of the runner that cannot be written is a warning and no failure', async () => {
  let text = '';
  const write = (more: string): void => {
    text += more;
  };
  const environment = { GITHUB_OUTPUT: '/proc/none/output' };
  const { finish } = createGitHubHost({
    write,
    environment,
    wording: KEYS,
    verbose: false,
    elapsed: () => 0,
    now: () => 0,
  });
  expect(await finish(end({}))).toBe(0);
  expect(text).toMatch(/^::warning title=PostgreSQL::'\/proc\/none\/output' cannot be written/);
});
