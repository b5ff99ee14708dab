import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UNFINISHED } from './key-path.ts';
import { renameOnce } from './rename-once.ts';

let folder = '';
let base = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rename-'));
  base = join(folder, 'repository');
  for (const name of [UNFINISHED, 'app']) await mkdir(join(base, name), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function renameTo(seen: string): Promise<void> {
  const unfinished = join(base, UNFINISHED, 'new');
  await writeFile(unfinished, 'new');
  await renameOnce({ base: seen, unfinished, path: join(seen, 'app/x') });
}

test('a claim holds wherever the directory is mounted', async () => {
  const elsewhere = join(folder, 'elsewhere');
  await symlink(base, elsewhere);
  const claim = join(base, UNFINISHED, createHash('sha256').update('app/x').digest('hex'));
  await writeFile(claim, '');
  for (const seen of [base, elsewhere])
    await expect(renameTo(seen), seen).rejects.toMatchObject({ code: 'storage-unavailable' });
  expect(await readdir(join(base, 'app'))).toEqual([]);
  await rm(claim);
  await renameTo(elsewhere);
  expect(await readFile(join(base, 'app/x'), 'utf8')).toBe('new');
});

test('what is there stays, and no claim', async () => {
  await writeFile(join(base, 'app/x'), 'first');
  await expect(renameTo(base)).rejects.toMatchObject({ code: 'EEXIST' });
  expect(await readFile(join(base, 'app/x'), 'utf8')).toBe('first');
  expect(await readdir(join(base, UNFINISHED))).toEqual(['new']);
});
