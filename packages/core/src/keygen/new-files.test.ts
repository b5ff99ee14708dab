import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createNewFiles } from './new-files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'new-files-'));
});
afterEach(() => rm(folder, { recursive: true }));

const create = (...names: readonly string[]) =>
  createNewFiles(
    names.map((name) => ({ path: join(folder, name), text: name, mode: 0o644 })),
    { folderMode: 0o755, hint: 'go elsewhere' },
  );

test('all files are written, in their folders', async () => {
  await create('a', 'b/c/d');
  expect(await readFile(join(folder, 'b/c/d'), 'utf8')).toBe('b/c/d');
  expect((await stat(join(folder, 'a'))).mode & 0o777).toBe(0o644);
});

test('where one cannot be written none is left, and no other one is touched', async () => {
  await writeFile(join(folder, 'there'), 'mine');
  await expect(create('a', 'there')).rejects.toMatchObject({
    code: 'configuration-invalid',
    message: `'${join(folder, 'there')}' is there already`,
    hint: 'go elsewhere',
  });
  await expect(create('a', 'n'.repeat(300))).rejects.toMatchObject({
    message: expect.stringContaining('ENAMETOOLONG'),
  });
  await expect(create('a', 'there/b')).rejects.toMatchObject({ code: 'configuration-invalid' });
  expect(await readdir(folder)).toEqual(['there']);
  expect(await readFile(join(folder, 'there'), 'utf8')).toBe('mine');
});
