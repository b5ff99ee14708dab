import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Postgres, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { runCli, serverVariables } from './run-cli.ts';

let postgres: Postgres;
let folder: string;
let env: Record<string, string>;
let told: string;
let nth = 0;

beforeAll(async () => {
  postgres = await startPostgres({ major: 18 });
  folder = await mkdtemp(join(tmpdir(), 'hooks-'));
  for (const database of ['app', 'it"s $(odd)']) {
    await postgres.createDatabase(database);
    await postgres.psql('CREATE TABLE t AS SELECT generate_series(1, 1000) n', database);
  }
});
afterAll(async () => {
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  nth += 1;
  told = join(folder, `told-${nth}`);
  env = {
    ...{
      HOME: folder,
      TMPDIR: folder,
      ...serverVariables(postgres),
      PG_DB: 'app',
      BACKUP_PASSPHRASE: 'CANARY-passphrase',
    },
    ...{ BACKUP_REPOSITORY: join(folder, `repository-${nth}`), HOOK_OUTCOME: 'from outside' },
  };
});

/** A command that writes its variables to a file, one set in a line. */
const tell = (when: string): string => `echo "${when} $(env | grep '^HOOK_' | sort | tr '\\n' '|')" >> '${told}'`;
/** The variables that each command was given, in order. */
const tellings = (): readonly string[] => readFileSync(told, 'utf8').trim().split('\n');

const json = async (...args: readonly string[]) => {
  const end = await runCli([...args, '--json'], env);
  return { ...end, document: JSON.parse(end.stdout) };
};
const stored = async (): Promise<number> => (await json('list')).document.result?.repositories[0].backups.length ?? 0;

async function untilThere(path: string): Promise<void> {
  while (!existsSync(path)) await sleep(10);
}

test('each backup runs both commands and tells them of it; their lines are in the log, without secrets', async () => {
  const secrets = 'env | grep -c CANARY; echo said CANARY-passphrase';
  const args = ['--dbname', 'app', '--dbname', 'it"s $(odd)', '--before', `${secrets}; ${tell('before')}`];
  const { status, stderr, document } = await json('backup', ...args, '--after', tell('after'));
  expect(status, stderr).toBe(0);
  expect(stderr).toContain('before: 0\n  before: said ***\n');
  expect(stderr).not.toContain('CANARY');
  const names = (name: string, label: string) => `HOOK_DATABASE=${name}|HOOK_LABEL=${label}|HOOK_NAME=${name}|`;
  const expected = document.result.backups.flatMap(
    ({ label, name, totals }: { label: string; name: string; totals: { rawBytes: number; storedBytes: number } }) => [
      `before ${names(name, label)}`,
      `after HOOK_DATABASE=${name}|HOOK_EXIT_STATUS=0|HOOK_LABEL=${label}|HOOK_NAME=${name}|HOOK_OUTCOME=success|HOOK_RAW_BYTES=${totals.rawBytes}|HOOK_STORED_BYTES=${totals.storedBytes}|`,
    ],
  );
  expect(expected).toHaveLength(4);
  expect(tellings()).toEqual(expected);
});

test('a command before that fails ends the backup with 5 and stores nothing; the one after is told. Checks that fail run neither', async () => {
  const before = 'echo not now; exit 3';
  const { status, document } = await json('backup', '--before', before, '--after', `${tell('after')}; exit 1`);
  expect([status, document.error.code]).toEqual([5, 'hook-failed']);
  expect(document.error.message).toBe('the command of --before ended with status 3: not now');
  expect(document.result.problems).toEqual([document.error.message, 'the command of --after ended with status 1']);
  expect(tellings()).toEqual([expect.stringMatching(/HOOK_ERROR=hook-failed\|HOOK_EXIT_STATUS=5\|.*=failure\|$/)]);
  expect(await stored()).toBe(0);
  const unchecked = await runCli(['backup', '--dbname', 'none', '--before', `touch ${told}-none`], env);
  expect([unchecked.status, existsSync(`${told}-none`)]).toEqual([2, false]);
});

test('a command after that fails leaves a whole backup, a warning, and exit status 4', async () => {
  const summary = join(folder, 'summary.md');
  const { status, document, stderr } = await json('backup', '--after', 'exit 7', '--summary-file', summary);
  const problem = 'the command of --after ended with status 7';
  expect([status, document.error.code, document.result.backups[0].afterProblem]).toEqual([4, 'partly-done', problem]);
  expect(stderr).toContain(`! ${problem}`);
  expect(readFileSync(summary, 'utf8')).toContain(`- ⚠️ ${problem}`);
  expect(await stored()).toBe(1);
});

test('a cancel ends the command before; the one after still runs', async () => {
  const begun = join(folder, `begun-${nth}`);
  const before = `echo $$ > ${begun}.pid; sleep 6000 & touch ${begun}; wait`;
  const cancel = (child: ChildProcess) => void untilThere(begun).then(() => child.kill('SIGTERM'));
  const { status } = await runCli(['backup', '--before', before, '--after', tell('after')], env, cancel);
  expect(status).toBe(143);
  expect(tellings()).toEqual([expect.stringMatching(/HOOK_ERROR=cancelled\|HOOK_EXIT_STATUS=143\|.*=cancelled\|$/)]);
  expect(await stored()).toBe(0);
  await untilGroupIsGone(begun);
  await rm(begun);
  const kill = (child: ChildProcess) => void untilThere(begun).then(() => child.kill('SIGKILL'));
  await runCli(['backup', '--before', before], env, kill);
  await untilGroupIsGone(begun);
});

/** Until none of the processes is there that a command started with itself. */
async function untilGroupIsGone(begun: string): Promise<void> {
  while ((await runShell(`kill -0 -- -$(cat ${begun}.pid)`)) === 0) await sleep(20);
}

async function runShell(command: string): Promise<number | null> {
  const child = spawn('/bin/sh', ['-c', command], { stdio: 'ignore' });
  return new Promise((resolve) => child.once('exit', resolve));
}
