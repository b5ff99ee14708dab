import { spawn } from 'node:child_process';
import { chmod, chown, lutimes, mkdir, mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Storage } from '@postgres-backuper/repository';
import { createLocalStorage } from '@postgres-backuper/storage-local';
import { tryRun } from '@postgres-backuper/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const isRoot = process.getuid?.() === 0;
const body = Buffer.from('body');
let folder = '';
let directory = '';
let storage: Storage;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'local-safety-'));
  directory = join(folder, 'repo');
  storage = createLocalStorage({ directory });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function modeOf(...path: string[]): Promise<string> {
  return ((await stat(join(directory, ...path))).mode & 0o7777).toString(8);
}

async function keys(of = storage): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of of.list('')) found.push(key);
  return found;
}

async function unreadable(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const object of storage.list('')) {
    if (object.unreadable !== undefined) found[object.key] = object.unreadable;
  }
  return found;
}

describe('modes and owner', () => {
  test.each([0o000, 0o777])('folders are 0700 and files 0600 with umask %o', async (umask) => {
    const before = process.umask(umask);
    try {
      await storage.put('app/data/x', body);
    } finally {
      process.umask(before);
    }
    for (const path of ['', 'app', 'app/data']) expect(await modeOf(path), path).toBe('700');
    expect(await modeOf('app/data/x')).toBe('600');
  });

  test('files that others may use are named, and repaired when asked for; a link leads nowhere', async () => {
    await storage.put('app/data/x', body);
    await storage.put('app/data/y', body);
    const outside = join(folder, 'outside');
    await writeFile(outside, '', { mode: 0o644 });
    await symlink(outside, join(directory, 'app/data/z'));
    await symlink(folder, join(directory, 'app/linked'));
    await mkdir(join(directory, 'other/thing'), { recursive: true, mode: 0o755 });
    await writeFile(join(directory, 'notes'), '', { mode: 0o644 });
    const modes = async () =>
      (await storage.remarks?.())?.flatMap(({ text }) => (text.includes('others may use') ? [text] : []));
    expect(await modes()).toEqual([]);
    await chmod(join(directory, 'app'), 0o755);
    await chmod(join(directory, 'app/data/y'), 0o604);
    expect(await modes()).toEqual(["2 files that others may use: 'app/' (mode 755), 'app/data/y' (mode 604)"]);
    expect(await storage.repairModes?.()).toBe(2);
    expect(await modes()).toEqual([]);
    expect([await modeOf('app'), await modeOf('app/data/y')]).toEqual(['700', '600']);
    for (const path of [outside, join(directory, 'notes')]) expect((await stat(path)).mode & 0o777, path).toBe(0o644);
  });

  test.runIf(isRoot)('files of another user are named and stay his', async () => {
    await storage.put('app/data/x', body);
    await chown(join(directory, 'app/data/x'), 1234, 1234);
    await chmod(join(directory, 'app/data/x'), 0o666);
    expect(await storage.repairModes?.()).toBe(0);
    expect(await storage.remarks?.()).toMatchObject([
      { text: "1 file of another user: 'app/data/x' (user 1234)", hint: expect.stringContaining('chown -R') },
    ]);
  });

  test.each([0o770, 0o707, 0o1777])('a directory of mode %o that others can write to is refused', async (mode) => {
    await mkdir(directory);
    await chmod(directory, mode);
    const unsafe = { code: 'storage-unsafe', hint: `chmod 700 '${directory}'` };
    await expect(storage.put('a', body)).rejects.toMatchObject(unsafe);
    await expect(storage.get('a', { maxBytes: 9 })).rejects.toMatchObject(unsafe);
    await expect(keys()).rejects.toMatchObject(unsafe);
    await chmod(directory, 0o700);
    await storage.put('a', body);
  });

  test.skipIf(!isRoot)("another user's directory is refused for writing", async () => {
    await storage.put('a', body);
    await chown(directory, 65534, 65534);
    const fresh = createLocalStorage({ directory });
    await expect(fresh.put('b', body)).rejects.toMatchObject({ code: 'storage-unsafe' });
    expect(await keys(fresh)).toEqual(['a']);
  });
});

describe('links', () => {
  test('a folder that is a link is never followed', async () => {
    const outside = join(folder, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'secret'), 'secret');
    await storage.put('app/a', body);
    await symlink(outside, join(directory, 'app/link'));
    await expect(storage.put('app/link/b', body)).rejects.toMatchObject({ code: 'storage-unsafe' });
    await expect(storage.get('app/link/secret', { maxBytes: 99 })).rejects.toMatchObject({ code: 'storage-unsafe' });
    await expect(storage.remove(['app/link/secret'])).rejects.toMatchObject({ code: 'storage-unsafe' });
    expect(await keys()).toEqual(['app/a', 'app/link']);
    expect(await unreadable()).toEqual({ 'app/link': 'is a symbolic link' });
    expect(await readdir(outside)).toEqual(['secret']);
  });

  test('a file that is a link is neither read nor overwritten', async () => {
    const target = join(folder, 'target');
    await writeFile(target, 'secret');
    await storage.put('app/a', body);
    await symlink(target, join(directory, 'app/link'));
    await expect(storage.get('app/link', { maxBytes: 99 })).rejects.toMatchObject({ code: 'storage-unsafe' });
    await expect(storage.put('app/link', body)).rejects.toMatchObject({ code: 'storage-unsafe' });
    expect(await unreadable()).toEqual({ 'app/link': 'is a symbolic link' });
    await storage.remove(['app/link']);
    expect(await keys()).toEqual(['app/a']);
    expect((await stat(target)).size).toBe(6);
  });

  test('a base directory that is itself a link is fine', async () => {
    await storage.put('a', body);
    await symlink(directory, join(folder, 'alias'));
    expect(await keys(createLocalStorage({ directory: join(folder, 'alias') }))).toEqual(['a']);
  });

  test('a listing of a prefix outside is refused', async () => {
    await storage.put('a', body);
    await expect(storage.list('../')[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'storage-unsafe' });
  });
});

test('names that are none of ours are not listed, and a pipe is named as what it is', async () => {
  await storage.put('app/a', body);
  await writeFile(join(directory, 'app/with space'), 'x');
  await mkdir(join(directory, 'lost+found'));
  await tryRun('mkfifo', [join(directory, 'app/pipe')]);
  expect(await unreadable()).toEqual({ 'app/pipe': 'is not a regular file' });
  expect(await keys()).toEqual(['app/a', 'app/pipe']);
  await expect(storage.get('app/pipe', { maxBytes: 99 })).rejects.toMatchObject({ code: 'storage-unsafe' });
});

test('remove takes emptied folders away, and nothing else', async () => {
  await storage.put('app/data/x/1', body);
  await storage.put('app/data/y/1', body);
  await storage.remove(['app/data/x/1']);
  expect(await readdir(join(directory, 'app/data'))).toEqual(['y']);
  await storage.remove(['app/data/y/1']);
  expect(await readdir(directory)).toEqual(['.unfinished']);
});

test('puts and removes at the same time in one folder do not hinder each other', async () => {
  const all = Array.from({ length: 200 }, (_, i) => `app/data/x/${i}`);
  await Promise.all(all.map((key) => storage.put(key, body).then(() => storage.remove([key]))));
  expect(await keys()).toEqual([]);
});

test('usage tells free and total space, of a directory that is not there yet too', async () => {
  const usage = await storage.usage?.();
  expect(usage?.freeBytes).toBeGreaterThan(0);
  expect(usage?.totalBytes).toBeGreaterThanOrEqual(usage?.freeBytes ?? 0);
});

describe('a put that does not come to its end', () => {
  const script = join(import.meta.dirname, 'put-forever.ts');

  test('leaves nothing listed when it is killed', async () => {
    const confirmed: string[] = [];
    for (let round = 0; round < 12; round += 1) {
      const child = spawn(process.execPath, [script, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.stdout.on('data', (chunk: Buffer) => {
        confirmed.push(...String(chunk).trim().split('\n'));
        setTimeout(() => child.kill('SIGKILL'), Math.random() * 40);
      });
      await ended;
    }
    const sizes = new Map<string, number>();
    for await (const { key, sizeBytes } of storage.list('')) sizes.set(key, sizeBytes);
    expect([...sizes.values()].every((size) => size === 1 << 20)).toBe(true);
    expect(confirmed.filter((key) => !sizes.has(key))).toEqual([]);
    expect(confirmed.length).toBeGreaterThan(11);
  });

  test('is swept a day later', async () => {
    await storage.put('a', body);
    const old = join(directory, '.unfinished/0011');
    for (const file of [old, `${old}22`]) await writeFile(file, 'x');
    await utimes(old, new Date(), new Date(Date.now() - 25 * 3600_000));
    await createLocalStorage({ directory }).put('b', body);
    expect(await readdir(join(directory, '.unfinished'))).toEqual(['001122']);
  });

  test('a folder or a link in its place stops nobody, and nothing is removed behind it', async () => {
    await storage.put('a', body);
    const outside = join(folder, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'mine'), 'x');
    const inner = join(directory, '.unfinished/folder');
    await mkdir(inner);
    await writeFile(join(inner, 'file'), 'x');
    await symlink(outside, join(directory, '.unfinished/link'));
    const old = new Date(Date.now() - 25 * 3600_000);
    await utimes(inner, old, old);
    await lutimes(join(directory, '.unfinished/link'), old, old);
    await createLocalStorage({ directory }).put('b', body);
    expect(await readdir(join(directory, '.unfinished'))).toEqual(['folder']);
    expect(await readdir(inner)).toEqual(['file']);
    expect(await readdir(outside)).toEqual(['mine']);
  });

  test('is storage-full at the limit of file sizes, and leaves nothing', async () => {
    const command = `ulimit -f 1000; exec "$0" "$@"`;
    const { stdout } = await tryRun('/bin/bash', ['-c', command, process.execPath, script, directory, '1']);
    expect(stdout).toContain('"code":"storage-full"');
    expect(await leftovers()).toEqual(['.unfinished']);
  });

  test.skipIf(!isRoot)('is storage-full on a full disk, and leaves nothing', async ({ skip }) => {
    await mkdir(directory, { mode: 0o700 });
    const mounted = await tryRun('mount', ['-t', 'tmpfs', '-o', 'size=3m,mode=700', 'tmpfs', directory]);
    if (mounted.status !== 0) skip(`no tmpfs: ${mounted.stderr}`);
    try {
      const { stdout } = await tryRun(process.execPath, [script, directory, '5']);
      expect(stdout).toContain('"code":"storage-full"');
      const stored = await keys();
      expect(stored.length).toBeGreaterThan(0);
      await storage.remove(stored);
      expect(await leftovers()).toEqual(['.unfinished']);
    } finally {
      await tryRun('umount', [directory]);
    }
  });

  async function leftovers(): Promise<string[]> {
    return readdir(directory, { recursive: true });
  }
});
