import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cached } from './cache.ts';

let folder = '';
const before = process.env.PGBACKUPER_CACHE;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cache-'));
  process.env.PGBACKUPER_CACHE = folder;
});

afterEach(async () => {
  if (before === undefined) delete process.env.PGBACKUPER_CACHE;
  else process.env.PGBACKUPER_CACHE = before;
  await rm(folder, { recursive: true });
});

const fillWith = (text: string) => (dir: string) => writeFile(join(dir, 'part'), text);

test('a folder is filled once, whoever asks at the same time', async () => {
  let fills = 0;
  const fill = async (dir: string) => {
    fills += 1;
    await sleep(50);
    await fillWith('content')(dir);
  };
  const dirs = await Promise.all([1, 2, 3].map(() => cached('part', '1.0', fill)));
  expect(fills).toBe(1);
  expect(new Set(dirs).size).toBe(1);
  expect(await readFile(join(dirs[0]!, 'part'), 'utf8')).toBe('content');
});

test('a fill that fails leaves nothing, and the next one succeeds', async () => {
  const failing = async (dir: string) => {
    await fillWith('half')(dir);
    throw new Error('network gone');
  };
  await expect(cached('part', '1.0', failing)).rejects.toThrow('network gone');
  expect(await readdir(folder)).toEqual([]);
  const dir = await cached('part', '1.0', fillWith('whole'));
  expect(await readFile(join(dir, 'part'), 'utf8')).toBe('whole');
  expect(await readdir(folder)).toEqual(['part-1.0']);
});

test('a lock whose owner died is taken over', async () => {
  await writeFile(join(folder, 'part-1.0.lock'), '4194999'); // above the kernel's largest process id
  await cached('part', '1.0', fillWith('whole'));
  expect(await readdir(folder)).toEqual(['part-1.0']);
});

test('another version is another folder', async () => {
  const dirs = [await cached('part', '1.0', fillWith('a')), await cached('part', '2.0', fillWith('b'))];
  expect(dirs.map((dir) => dir.slice(folder.length + 1))).toEqual(['part-1.0', 'part-2.0']);
});
