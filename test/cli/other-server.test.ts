import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CheckItem } from '@postgres-backuper/core';
import { type Postgres, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { runCli } from './run-cli.ts';

let shop: Postgres;
let empty: Postgres;
let place: string;
beforeAll(async () => {
  [shop, empty] = await Promise.all([startPostgres({ major: 18 }), startPostgres({ major: 18, ownIdentity: true })]);
  await empty.createDatabase('second');
  await shop.psql('CREATE TABLE t AS SELECT g, md5(g::text) AS x FROM generate_series(1, 20000) g');
});
beforeEach(async () => {
  if (place !== undefined) await rm(place, { recursive: true });
  place = await mkdtemp(join(tmpdir(), 'other-server-'));
});
afterAll(async () => {
  await shop?.stop();
  await empty?.stop();
  if (place !== undefined) await rm(place, { recursive: true });
});

const run = (server: Postgres, command: string, ...args: string[]) =>
  runCli([command, `--cache-dir=${place}/cache`, ...args], {
    ...{ ...server.env, PGDATABASE: 'postgres', PATH: `${server.binDir}:/usr/bin:/bin` },
    ...{ BACKUP_ENCRYPTION: 'none', BACKUP_REPOSITORY: join(place, 'repository') },
  });

/** What `check` says of the newest backup. */
async function checkOf(server: Postgres, ...args: string[]): Promise<readonly string[]> {
  const { items } = JSON.parse((await run(server, 'check', '--json', ...args)).stdout).result;
  return items.flatMap(({ what, text }: CheckItem) => (what === 'newest backup' ? [text] : []));
}

/** Labels of one second are in no order: each backup waits for a second of its own. */
async function backupOf(server: Postgres, ...args: string[]) {
  await sleep(1001 - (Date.now() % 1000));
  return run(server, 'backup', ...args);
}

test('an empty database of another server under the same name is said, in the summary too, and marked in the list', async () => {
  expect(await backupOf(shop)).toMatchObject({ status: 0 });
  expect(await checkOf(shop)).toEqual([]);
  expect(await checkOf(empty)).toEqual([
    expect.stringMatching(
      /^the newest backup of 'postgres', '\S+', is of .* \(system (\d+)\), and .* \(system (?!\1)\d+\)$/,
    ),
  ]);
  const both = ['--dbname=second', '--dbname=postgres'];
  expect(await checkOf(empty, ...both)).toEqual([expect.stringMatching(/^the newest backup of 'postgres'/)]);
  const summary = join(place, 'summary.md');
  const end = await backupOf(empty, '--json', `--summary-file=${summary}`);
  expect(end.status).toBe(0);
  const [{ warnings }] = JSON.parse(end.stdout).result.backups;
  const said =
    /of database 'postgres' on '127.0.0.1' \(system (\d+)\), and .* before it, .* \(system (?!\1)\d+\): .* of data instead of .* KiB/;
  expect(warnings).toContainEqual(expect.stringMatching(said));
  expect(end.stderr).toMatch(said);
  expect(await readFile(summary, 'utf8')).toMatch(/of data instead of/);
  expect(await checkOf(empty)).toEqual([]);
  expect((await backupOf(empty)).stderr).not.toMatch(/of data instead of/);
  const { stdout } = await run(empty, 'list');
  const marks = stdout
    .split('\n')
    .filter((line) => line.startsWith('backup_'))
    .map((line) => line.includes('now of database'));
  expect(marks).toEqual([false, true, false]);
});

/** Which stream fills which segment is a race: this one has the rows. */
async function largestSegment(folder: string): Promise<{ segment: string; whole: Buffer }> {
  const names = (await readdir(folder)).filter((name) => name.startsWith('segment-'));
  const all = await Promise.all(
    names.map(async (name) => ({ segment: join(folder, name), whole: await readFile(join(folder, name)) })),
  );
  return all.sort((a, b) => b.whole.length - a.whole.length)[0]!;
}

test('damage that a restore meets makes status fail until the backup is verified again', async () => {
  expect(await run(shop, 'backup')).toMatchObject({ status: 0 });
  const data = join(place, 'repository/postgres/data');
  const [label = ''] = await readdir(data);
  const { segment, whole } = await largestSegment(join(data, label));
  await writeFile(
    segment,
    whole.map((byte, at) => (at === whole.length >> 1 ? byte ^ 1 : byte)),
  );
  const watched = () => run(shop, 'status', '--max-age=1d');
  expect(await watched()).toMatchObject({ status: 0 });
  expect(await run(shop, 'restore', 'latest', '--into=back')).toMatchObject({ status: 3 });
  expect(await watched()).toMatchObject({ status: 1 });
  await writeFile(segment, whole);
  expect(await run(shop, 'verify', label, '--level=content')).toMatchObject({ status: 0 });
  expect(await watched()).toMatchObject({ status: 0 });
});
