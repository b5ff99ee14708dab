import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { entriesOf, walk } from './walk.ts';

let base = '';
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'walk-'));
});
afterEach(() => rm(base, { recursive: true, force: true }));

/** With a folder, a link and a foreign name among the files. */
async function fill(folder: string, files: number): Promise<string[]> {
  await mkdir(join(base, folder, 'name-0'), { recursive: true });
  await symlink('/', join(base, folder, 'link'));
  await writeFile(join(base, folder, 'foreign name'), '');
  const names = Array.from({ length: files }, (_, index) => `name-${String(index).padStart(200, '0')}`);
  for (const name of names) await writeFile(join(base, folder, name), '');
  return names.map((name) => `${folder}/${name}`);
}

test.each([
  ['small', 3], // read at once
  ['large', 4000], // its own size is above the limit: read in parts
])('a %s folder shows its files and folders in byte order and nothing else', async (folder, files) => {
  const keys = await fill(folder, files);
  expect(await entriesOf(base, `${folder}/`)).toEqual([`${folder}/name-0/`, ...keys].sort());
  const seen: string[] = [];
  for await (const { key } of walk({ base, prefix: `${folder}/`, after: '', signal: undefined })) seen.push(key);
  expect(seen).toEqual(keys);
});

test('a folder that is missing, or is a file, is empty', async () => {
  await writeFile(join(base, 'file'), '');
  expect(await entriesOf(base, 'missing/')).toEqual([]);
  expect(await entriesOf(base, 'file/')).toEqual([]);
});
