import { chmod, mkdir, mkdtemp, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
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
])('a %s folder shows its files, folders and links in byte order and nothing else', async (folder, files) => {
  const keys = await fill(folder, files);
  expect(await entriesOf(base, `${folder}/`)).toEqual([`${folder}/link`, `${folder}/name-0/`, ...keys].sort());
  const seen: string[] = [];
  const request = { base, prefix: `${folder}/`, after: '', signal: undefined, now: Date.now };
  const unreadable: unknown[] = [];
  for await (const object of walk(request)) {
    seen.push(object.key);
    if (object.unreadable !== undefined) unreadable.push({ ...object, storedAt: 0 });
  }
  expect(seen).toEqual([`${folder}/link`, ...keys]);
  expect(unreadable).toEqual([{ key: `${folder}/link`, sizeBytes: 0, storedAt: 0, unreadable: 'is a symbolic link' }]);
});

/** Until the time that the file system gives is another one: some count it in steps of several milliseconds. */
async function untilLater(file: string): Promise<void> {
  const { ctimeMs } = await stat(file);
  const probe = await mkdtemp(join(tmpdir(), 'walk-later-'));
  await expect
    .poll(async () => {
      await chmod(probe, 0o700);
      return (await stat(probe)).ctimeMs;
    })
    .toBeGreaterThan(ctimeMs);
  await rm(probe, { recursive: true });
}

/** Of the only file, as it is listed so many milliseconds later. */
async function identityAfter(delayMs: number): Promise<string | undefined> {
  const request = { base, prefix: '', after: '', signal: undefined, now: () => Date.now() + delayMs };
  for await (const { identity } of walk(request)) return identity;
  throw new Error('nothing is listed');
}

test('a file that was overwritten has another identity, though size and time are the same', async () => {
  const file = join(base, 'file');
  await writeFile(file, 'first');
  const { atime, mtime } = await stat(file);
  await utimes(file, atime, mtime);
  const before = await identityAfter(10_000);
  await untilLater(file);
  await writeFile(file, 'other');
  await utimes(file, atime, mtime);
  expect((await stat(file)).mtimeMs).toBe(mtime.getTime());
  expect(await identityAfter(10_000)).not.toBe(before);
  expect(await identityAfter(10_000)).toBe(await identityAfter(10_000));
});

test('a file that changed just now has no identity: the next change may show the same time', async () => {
  await writeFile(join(base, 'file'), 'first');
  expect(await identityAfter(0)).toBeUndefined();
  expect(await identityAfter(10_000)).toMatch(/^\d/);
});

test('a folder that is missing, or is a file, is empty', async () => {
  await writeFile(join(base, 'file'), '');
  expect(await entriesOf(base, 'missing/')).toEqual([]);
  expect(await entriesOf(base, 'file/')).toEqual([]);
});
