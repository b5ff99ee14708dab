import { chmod, mkdir, mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Remark } from '@postgres-backuper/repository';
import { createLocalStorage } from '@postgres-backuper/storage-local';
import { tryRun } from '@postgres-backuper/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';

const body = Buffer.from('body');
let folder = '';
let undo: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modeless-'));
  undo = [];
});
afterEach(async () => {
  for (const one of undo.reverse()) await one();
  await rm(folder, { recursive: true, force: true });
});

/** Where it is mounted; a reason where this machine cannot. */
type Mount = () => Promise<string | Error>;

async function mounted(point: string, program: string, args: readonly string[]): Promise<string | Error> {
  await mkdir(point);
  const { status, stderr } = await tryRun(program, [...args, point]);
  if (status !== 0) return new Error(`${program} cannot mount here: ${stderr}`);
  undo.push(() => tryRun('umount', [point]));
  return point;
}

const bindfs =
  (...options: string[]): Mount =>
  async () => {
    await mkdir(join(folder, 'source'));
    return mounted(join(folder, 'bound'), 'bindfs', [...options, join(folder, 'source')]);
  };

/** The same files once more. */
const readOnly = (...options: string[]) =>
  mounted(join(folder, 'read-only'), 'bindfs', ['-r', ...options, join(folder, 'source')]);

/** Has no modes, no owners, no hard links and no symbolic links. */
const exfat: Mount = async () => {
  const image = join(folder, 'image');
  await writeFile(image, '');
  await truncate(image, 32 << 20);
  const made = await tryRun('mkfs.exfat', [image]);
  const loop = await tryRun('losetup', ['--find', '--show', image]);
  if (made.status !== 0 || loop.status !== 0) return new Error(`no loop device: ${made.stderr}${loop.stderr}`);
  const device = loop.stdout.trim();
  undo.push(() => tryRun('losetup', ['--detach', device]));
  return mounted(join(folder, 'exfat'), 'mount.exfat-fuse', ['-o', 'umask=000', device]);
};

const cases: readonly (readonly [string, Mount])[] = [
  ['ignores modes', bindfs('--chmod-ignore', '--perms=0777')],
  ['refuses modes and has an owner of its own', bindfs('--chmod-deny', '--perms=0770', '--force-user=1234')],
  ['has neither modes nor links', exfat],
];

test.for(cases)('a file system that %s is used with one warning', async ([, mount], { skip }) => {
  const point = await mount();
  if (point instanceof Error) return skip(point.message);
  const warnings: Remark[] = [];
  const storage = createLocalStorage({ directory: point, warn: (remark) => warnings.push(remark) });
  await storage.put('app/data/x', body);
  await storage.put('app/data/x', body);
  expect(await storage.get('app/data/x', { maxBytes: 9 })).toEqual(body);
  await expect(storage.put('app/data/x', Buffer.from('evil'))).rejects.toMatchObject({ code: 'object-exists' });
  expect(warnings).toEqual([
    { text: expect.stringContaining('decides on modes and owners itself'), hint: expect.stringContaining('umask=077') },
  ]);
  expect(await storage.remarks?.()).toEqual(warnings);
  expect(await storage.repairModes?.()).toBe(0);
  await storage.remove(['app/data/x']);
  expect((await readdir(point)).filter((name) => !/^(\.unfinished|lost\+found)$/.test(name))).toEqual([]);
  expect(await readdir(join(point, '.unfinished'))).toEqual([]);
});

test('without hard links one of several writers of a key wins', async ({ skip }) => {
  const directory = await exfat();
  if (directory instanceof Error) return skip(directory.message);
  const storage = createLocalStorage({ directory });
  for (let round = 0; round < 20; round += 1) {
    const writers = ['a', 'b', 'c', 'd'].map((text) => storage.put(`app/${round}`, Buffer.from(text)).then(() => text));
    const ends = await Promise.allSettled(writers);
    const won = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
    expect(won).toEqual([String(await storage.get(`app/${round}`, { maxBytes: 9 }))]);
    for (const end of ends)
      if (end.status === 'rejected') expect(end.reason.code).toMatch(/^(object-exists|storage-unavailable)$/);
  }
});

test('a read-only mount that decides on modes is read with one warning, and is not written to', async ({ skip }) => {
  const point = await bindfs('--chmod-ignore', '--perms=0777')();
  if (point instanceof Error) return skip(point.message);
  await createLocalStorage({ directory: point }).put('app/x', body);
  const directory = String(await readOnly('--chmod-ignore', '--perms=0777'));
  const warnings: Remark[] = [];
  const storage = createLocalStorage({ directory, warn: (remark) => warnings.push(remark) });
  expect(await storage.get('app/x', { maxBytes: 9 })).toEqual(body);
  expect(warnings).toMatchObject([{ text: expect.stringContaining('decides on modes and owners itself') }]);
  await expect(storage.put('app/y', body)).rejects.toMatchObject({
    code: 'storage-denied',
    hint: 'mount the file system for writing',
  });
});

test('a read-only mount that keeps modes is refused while its directory is open to others', async ({ skip }) => {
  const point = await bindfs()();
  if (point instanceof Error) return skip(point.message);
  await createLocalStorage({ directory: point }).put('app/x', body);
  await chmod(point, 0o777);
  const storage = createLocalStorage({ directory: String(await readOnly()) });
  await expect(storage.get('app/x', { maxBytes: 9 })).rejects.toMatchObject({
    code: 'storage-unsafe',
    hint: expect.stringContaining('nothing can be written there (EROFS)'),
  });
});

test('a directory whose modes can be set is refused while others can write to it, and holds no probe', async () => {
  const directory = join(folder, 'open');
  await mkdir(directory);
  await chmod(directory, 0o777);
  const warnings: Remark[] = [];
  const storage = createLocalStorage({ directory, warn: (remark) => warnings.push(remark) });
  await expect(storage.put('a', body)).rejects.toMatchObject({
    code: 'storage-unsafe',
    hint: `chmod 700 '${directory}'`,
  });
  expect([warnings, await readdir(directory), (await stat(directory)).mode & 0o777]).toEqual([[], [], 0o777]);
});
