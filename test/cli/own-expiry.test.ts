import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Postgres, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { runCli, serverVariables } from './run-cli.ts';

let postgres: Postgres;
let folder: string;
let env: Record<string, string>;
let nth = 0;

beforeAll(async () => {
  postgres = await startPostgres({ major: 18 });
  await postgres.createDatabase('app');
  await postgres.psql('CREATE TABLE t AS SELECT n FROM generate_series(1, 10) n', 'app');
  folder = await mkdtemp(join(tmpdir(), 'own-expiry-'));
});
afterAll(async () => {
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  nth += 1;
  env = {
    ...serverVariables(postgres),
    ...{ HOME: folder, TMPDIR: folder, PGDATABASE: 'app', BACKUP_NAME: 'app' },
    ...{ BACKUP_REPOSITORY: join(folder, String(nth)), BACKUP_PASSPHRASE: 'one', BACKUP_KEEP_MINIMUM: '1' },
  };
});

const run = async (...args: readonly string[]) => {
  const end = await runCli(args, env);
  expect([end.status, end.stderr]).toEqual([0, expect.anything()]);
  return end;
};
const json = async (...args: readonly string[]) => JSON.parse((await run(...args, '--json')).stdout).result;
const labels = async (): Promise<readonly string[]> =>
  (await json('list')).repositories[0].backups.map(({ label }: { label: string }) => label);

const NOTE = '<b>до 2.0</b> & \u202e[x](https://evil.example) @you | `\'"';
const SHOWN = NOTE.replace('\u202e', '\\u202e');

test('a note is shown wherever the backup is, and no place obeys it', async () => {
  const summary = join(folder, 'summary.md');
  const made = await run('backup', '--note', NOTE, '--expire-after', '14d', '--summary-file', summary);
  expect(made.stdout).toContain(`  note: ${SHOWN}\n  expires 20`);
  for (const words of [['list'], ['show'], ['status']]) expect((await run(...words)).stdout).toContain(SHOWN);
  const [listed] = (await json('list')).repositories[0].backups;
  const { note, expiresAt, startedAt, retention } = listed;
  expect([note, Date.parse(expiresAt) - Date.parse(startedAt)]).toEqual([NOTE, 14 * 86_400_000]);
  expect(retention).toEqual({ action: 'keep', reasons: [expect.stringMatching(/^until 20\d\d-.* UTC$/)] });
  const markdown = await readFile(summary, 'utf8');
  expect(markdown).toContain('\\<b\\>до 2.0\\</b\\>');
  expect(markdown).not.toMatch(/\u202e|(?<!\\)<b>|\]\(https/);
  const page = join(folder, 'page.html');
  await run('report', '--output', page);
  const html = await readFile(page, 'utf8');
  expect(html).toContain('&lt;b&gt;до 2.0&lt;/b&gt; &amp; \\u202e[x](https://evil.example)');
  expect(html).not.toMatch(/<b>|\u202e/);
  expect((await runCli(['verify', '--level', 'content'], env)).status).toBe(0);
});

test('what expired goes with the next prune, before what the rules keep, and the log says what it was', async () => {
  await run('backup');
  await run('backup', '--note', 'before 2.0', '--expire-after', '1s', '--keep-last', '1');
  await sleep(1100);
  expect(await labels()).toHaveLength(2);
  const still = await json('prune');
  expect(still.repositories[0].backups[0].reasons).toEqual(['expired, but the newest']);
  await run('backup', '--no-prune');
  const before = await labels();
  const planned = await json('prune', '--dry-run');
  expect(planned.repositories[0].backups.map(({ action }: { action: string }) => action)).toEqual([
    ...['keep', 'delete', 'keep'],
  ]);
  await run('prune');
  expect(await labels()).toEqual([before[0], before[2]]);
  expect((await run('log')).stdout).toMatch(/expired 20\d\d-.* UTC, noted 'before 2\.0'/);
});

test('a pin keeps it, and what is no note or time is refused before anything is done', async () => {
  await run('backup', '--expire-after', '1s', '--no-prune');
  await run('pin', 'latest');
  await run('backup', '--no-prune');
  await sleep(1100);
  await run('prune');
  expect(await labels()).toHaveLength(2);
  for (const [words, said] of [
    [['--note', 'a\nb'], '--note: holds a line break'],
    [['--note', 'x'.repeat(201)], '--note: has 201 characters'],
    [['--expire-after', '0s'], '--expire-after: is not between'],
    [['--expire-after', 'tomorrow'], 'is not a time such as'],
    [['--time-zone', 'Berlin'], "did you mean 'Europe/Berlin'"],
    [['--keep-size', '5'], "is not a size such as '16MB'"],
  ] as const) {
    const { status, stderr } = await runCli(['backup', ...words], env);
    expect([status, stderr]).toEqual([2, expect.stringContaining(said)]);
  }
  expect(await labels()).toHaveLength(2);
});

test('the size alone decides where no other rule keeps, and prune says what other rules keep', async () => {
  for (let count = 0; count < 3; count += 1) await run('backup', '--no-prune');
  const bytes = (await json('list')).repositories[0].backups[0].totals.storedBytes;
  const kept = await run('prune', '--keep-size', `${bytes}B`);
  expect(kept.stderr).toMatch(/the backups that stay have .*, more than .*: other rules keep 2 backups/);
  expect(await labels()).toHaveLength(3);
  const all = await labels();
  await run('prune', '--keep-size', `${Math.round(bytes * 2.5)}B`, '--keep-days', '0');
  expect(await labels()).toEqual(all.slice(0, 2));
});

test('a zone has its own days, and its times beside the labels', async () => {
  await run('backup');
  const { stdout } = await run('list', '--time-zone', 'asia/kathmandu', '--keep-daily', '1');
  expect(stdout).toMatch(/20\d\d-\d\d-\d\d \d\d:\d\d \+05:45/);
  expect((await run('status', '--time-zone', 'Asia/Kathmandu')).stdout).toMatch(/\(20\S+ \d\d:\d\d \+05:45\) is/);
});
