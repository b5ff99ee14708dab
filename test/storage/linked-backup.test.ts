import { mkdir, mkdtemp, readdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { list, prune, status, verify } from '@postgres-backuper/core';
import { createLocalStorage } from '@postgres-backuper/storage-local';
import {
  DAY,
  labelAt,
  NOON,
  putBackup,
  quietContext,
  testClock,
  testRepository,
} from '@postgres-backuper/testing/repository-data';
import { afterEach, beforeEach, expect, test } from 'vitest';

const LINKED = labelAt(NOON - DAY);
const COMMIT = `app/backups/${LINKED}.json`;
const DATA = `app/data/${LINKED}`;
const SEGMENT = `${DATA}/segment-00000001.tar.zst.gpg`;
const LIST = `${DATA}/objects.json.zst`;
let folder = '';
let directory = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linked-backup-'));
  directory = join(folder, 'repo');
  for (const age of [2, 1, 0]) await putBackup(createLocalStorage({ directory }), NOON - age * DAY);
  const old = (Date.now() - 3 * DAY) / 1000;
  for (const file of await readdir(join(directory, DATA))) await utimes(join(directory, DATA, file), old, old);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Moves it out of the repository and leaves a link. */
async function link(key: string): Promise<string> {
  const outside = join(folder, 'outside', key);
  await mkdir(dirname(outside), { recursive: true });
  await rename(join(directory, key), outside);
  await symlink(outside, join(directory, key));
  return outside;
}

const context = () => quietContext(testClock(Date.now()));
const repository = () => ({ repository: testRepository(createLocalStorage({ directory })) });
const verifyAll = (level: 'stored' | 'content') =>
  verify({ name: 'app', target: { all: true }, level }, repository(), context());

test('a commit that is a link is named as damage by every command, and prune goes on', async () => {
  await link(COMMIT);
  const damaged = [{ label: LINKED, problem: `object '${COMMIT}' is a symbolic link` }];
  const retention = { keepDays: 1, keepMinimum: 1 };
  expect(await list({ name: 'app', retention }, repository(), context())).toMatchObject({ damaged });
  const request = { name: 'app', retention: { keepLast: 1, keepMinimum: 1 }, dryRun: false, force: true };
  const pruned = await prune({ ...request, acceptNewServer: false }, repository(), context());
  expect(pruned).toMatchObject({ damaged, leftOvers: [], deleted: [labelAt(NOON - 2 * DAY)] });
  expect(await readdir(join(directory, DATA))).not.toEqual([]);
});

test('a newest commit that is a link is no reason to say that all is well', async () => {
  await rm(join(directory, `app/backups/${labelAt(NOON)}.json`));
  await link(COMMIT);
  await expect(status({ name: 'app', maxAgeMs: 9999 * DAY }, repository(), context())).rejects.toMatchObject({
    code: 'newest-damaged',
  });
});

test.each([
  ['a commit', COMMIT, 'stored', `object '${COMMIT}' is a symbolic link`],
  ['a commit', COMMIT, 'content', `object '${COMMIT}' is a symbolic link`],
  ['a segment', SEGMENT, 'stored', `object '${SEGMENT}' is a symbolic link`],
  ['a segment', SEGMENT, 'content', `object '${SEGMENT}' is a symbolic link`],
  ['the list of objects', LIST, 'stored', `object '${LIST}' is a symbolic link`],
  ['a folder of data', DATA, 'stored', 'is reached through a symbolic link'],
  ['a folder of data', DATA, 'content', 'is reached through a symbolic link'],
] as const)('%s that is a link (%s, %s) is damage of that backup alone', async (_, key, level, text) => {
  await link(key);
  const error = await verifyAll(level).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'verification-failed' });
  const { backups } = (error as { result: Awaited<ReturnType<typeof verifyAll>> }).result;
  expect(backups).toHaveLength(3);
  const textsOf = (isLinked: boolean) =>
    backups
      .filter(({ label }) => (label === LINKED) === isLinked)
      .flatMap(({ damage }) => damage)
      .map((damage) => damage.text)
      .filter((each) => each.includes('link'));
  expect(textsOf(true)).toEqual([expect.stringContaining(text)]);
  expect(textsOf(false)).toEqual([]);
});

test('check names links, and what is behind one is never touched', async () => {
  const outside = await link(DATA);
  await link(COMMIT);
  const { storage } = repository().repository;
  expect(await storage.remarks?.()).toMatchObject([{ text: expect.stringContaining(`'${COMMIT}', '${DATA}'`) }]);
  await storage.remove([COMMIT]);
  await rm(join(directory, `app/records`), { recursive: true, force: true });
  const request = { name: 'app', retention: { keepLast: 9, keepMinimum: 1 }, dryRun: false, force: true };
  await prune({ ...request, acceptNewServer: false }, repository(), context());
  expect(await readdir(outside)).toHaveLength(4);
});

test('a link in the place of the folder for unfinished files leads no run to files outside', async () => {
  const outside = join(folder, 'outside');
  await mkdir(outside);
  await writeFile(join(outside, 'old.txt'), 'precious');
  const old = (Date.now() - 3 * DAY) / 1000;
  await utimes(join(outside, 'old.txt'), old, old);
  await rm(join(directory, '.unfinished'), { recursive: true });
  await symlink(outside, join(directory, '.unfinished'));
  const put = createLocalStorage({ directory }).put('app/probe/x', Buffer.from('x'));
  await expect(put).rejects.toMatchObject({ code: 'storage-unsafe', message: expect.stringContaining('.unfinished') });
  expect(await readdir(outside)).toEqual(['old.txt']);
});
