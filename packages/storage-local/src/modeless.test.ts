import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UNFINISHED } from './key-path.ts';
import { findModeless, seeModeless } from './modeless.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modes-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('where modes are kept, open ones are never those of a mount', async () => {
  expect(await seeModeless(folder)).toBeUndefined();
  await mkdir(join(folder, UNFINISHED));
  for (const open of [folder, join(folder, UNFINISHED)]) await chmod(open, 0o777);
  expect(await seeModeless(folder)).toBeUndefined();
  expect(await findModeless(folder)).toBeUndefined();
  expect(await readdir(folder)).toEqual([UNFINISHED]);
});

test('a folder in which nothing can be made is an error', async () => {
  await expect(findModeless(join(folder, 'missing'))).rejects.toMatchObject({ code: 'ENOENT' });
});
