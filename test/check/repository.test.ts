import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BackuperError } from '@postgres-backuper/base';
import { check, checkError } from '@postgres-backuper/core';
import type { Repository } from '@postgres-backuper/repository';
import { createLocalStorage } from '@postgres-backuper/storage-local';
import { faulty } from '@postgres-backuper/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { context, createRepository, item, look } from './harness.ts';

const NO_SERVER = { env: { PATH: '/nowhere' }, binDirs: ['/nowhere'] };
const denied = new BackuperError('storage-denied', "'s3:SomeAction' is not allowed");
let repository: Awaited<ReturnType<typeof createRepository>>;

beforeEach(async () => {
  repository = await createRepository();
});
afterEach(() => repository.remove());

const at = (directory: string): Repository => ({ ...repository, storage: createLocalStorage({ directory }) });
const failing = (method: 'put' | 'get' | 'list' | 'remove') => {
  const storage = faulty(repository.storage);
  storage.addFault(method).error(denied);
  return look(NO_SERVER, {}, [{ ...repository, storage }]);
};

test('a probe is stored, listed, read and removed', async () => {
  const result = await look(NO_SERVER, { name: 'päth/ "x"' }, [repository]);
  expect(item(result, 'repository')).toMatchObject({
    state: 'ok',
    text: expect.stringContaining('lists, reads, removes'),
  });
  const left = [];
  for await (const object of repository.storage.list('')) left.push(object.key);
  expect(left).toEqual([]);
});

test.each(['put', 'list'] as const)('a %s that is not allowed is a problem', async (method) => {
  const result = await failing(method);
  expect(item(result, 'repository')).toMatchObject({
    state: 'problem',
    code: 'storage-denied',
    text: expect.stringContaining('s3:SomeAction'),
  });
});

test.each([
  ['get', 's3:GetObject'],
  ['remove', 's3:DeleteObject'],
] as const)('a %s that is not allowed is a warning that names the action', async (method, action) => {
  const result = await failing(method);
  const [warning, verdict] = result.items.filter((each) => each.what === 'repository');
  expect(warning).toMatchObject({ state: 'warning', hint: expect.stringContaining(action) });
  expect(verdict).toMatchObject({ state: 'ok' });
});

test('a place that cannot be written to is a problem', async () => {
  await writeFile(join(repository.dir, 'file'), '');
  const result = await look(NO_SERVER, {}, [at(join(repository.dir, 'file', 'inside'))]);
  expect(item(result, 'repository')).toMatchObject({ state: 'problem' });
  expect(checkError(result)).toBeInstanceOf(BackuperError);
});

test('a directory that others can write to is unsafe', async () => {
  const dir = join(repository.dir, 'open');
  await mkdir(dir);
  await chmod(dir, 0o777);
  const result = await look(NO_SERVER, {}, [at(dir)]);
  expect(item(result, 'repository')).toMatchObject({ state: 'problem', code: 'storage-unsafe' });
});

test.each([
  [-10, / (9 min 5\d|10 min 0\d) s ahead of /],
  [10, / (9 min 5\d|10 min 0\d) s behind /],
])('a clock that is off by %i minutes is a warning', async (minutes, text) => {
  const clock = { ...context.clock, now: () => Date.now() + minutes * 60_000 };
  const services = { server: NO_SERVER, destinations: [repository] };
  const result = await check({ name: 'app', segmentSizeBytes: 8 * 1024 ** 2 }, services, { ...context, clock });
  expect(item(result, 'repository clock')).toMatchObject({ state: 'warning', text: expect.stringMatching(text) });
});

test('of several repositories each is named, and one that fails does not hide the other', async () => {
  const other = await mkdtemp(join(tmpdir(), 'check-'));
  try {
    const storage = faulty(repository.storage);
    storage.addFault('put').error(denied);
    const good = at(join(other, 'repository'));
    const result = await look(NO_SERVER, {}, [{ ...repository, storage }, good]);
    expect(item(result, `repository ${repository.storage.location}`)?.state).toBe('problem');
    expect(item(result, `repository ${good.storage.location}`)?.state).toBe('ok');
  } finally {
    await rm(other, { recursive: true });
  }
});

test('before a backup nothing is read or listed', async () => {
  const storage = faulty(repository.storage);
  storage.addFault('get').error(denied);
  storage.addFault('list').error(denied);
  const result = await look(NO_SERVER, { level: 'backup' }, [{ ...repository, storage }]);
  expect(item(result, 'repository')?.state).toBe('ok');
});
