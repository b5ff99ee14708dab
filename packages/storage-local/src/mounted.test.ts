import { mkdir, mkdtemp, readdir, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLocalStorage } from './local-storage.ts';
import { readMountTables } from './mounted.ts';

let folder: string;
let disk: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'mounted-')));
  disk = join(folder, 'disk');
  await mkdir(disk);
});
afterEach(() => rm(folder, { recursive: true }));

const BODY = Buffer.from('x');

/** A machine whose fstab has the disk. */
function storage(directory: string, { isMounted }: { isMounted: () => boolean }) {
  const tables = async () => ({
    fstab: `/dev/sdb1 ${disk} xfs defaults 0 0\n`,
    mounts: `/dev/sda1 / ext4 rw 0 0\n${isMounted() ? `/dev/sdb1 ${disk} xfs rw 0 0\n` : ''}`,
  });
  return createLocalStorage({ directory, tables });
}

async function keys(from: ReturnType<typeof storage>): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of from.list('')) found.push(key);
  return found;
}

test('nothing is stored or looked for below a disk that is not mounted', async () => {
  for (const directory of [disk, join(disk, 'a/b')]) {
    const missing = storage(directory, { isMounted: () => false });
    const error = {
      code: 'storage-unmounted',
      message: `the disk of '${disk}' is not mounted, and the repository is on it`,
    };
    await expect(missing.put('app/a', BODY)).rejects.toMatchObject(error);
    await expect(missing.get('app/a', { maxBytes: 1 })).rejects.toMatchObject(error);
    await expect(missing.remove(['app/a'])).rejects.toMatchObject(error);
    await expect(keys(missing)).rejects.toMatchObject(error);
  }
  expect(await readdir(disk)).toEqual([]);
});

test('a link to the disk, also to what is missing there, leads to the same error', async () => {
  for (const [name, target] of [
    ['one', disk],
    ['two', 'disk/pg'],
    ['three', 'two/deeper'],
  ] as const) {
    await symlink(target, join(folder, name));
    const missing = storage(join(folder, name, 'r'), { isMounted: () => false });
    await expect(missing.put('app/a', BODY), name).rejects.toMatchObject({ code: 'storage-unmounted' });
  }
});

test('links that lead to each other end', async () => {
  await symlink('b', join(folder, 'a'));
  await symlink('a', join(folder, 'b'));
  await expect(storage(join(folder, 'a'), { isMounted: () => false }).put('app/a', BODY)).rejects.toMatchObject({
    code: 'storage-unsafe',
  });
});

test('a disk that is mounted takes backups, also one that came after the first try', async () => {
  let isMounted = false;
  const late = storage(join(disk, 'pg'), { isMounted: () => isMounted });
  await expect(late.put('app/a', BODY)).rejects.toMatchObject({ code: 'storage-unmounted' });
  isMounted = true;
  await late.put('app/a', BODY);
  expect(await keys(late)).toEqual(['app/a']);
});

test('this machine says what it mounts', async () => {
  expect((await readMountTables()).mounts).toMatch(/^\S+ \/ /m);
});

test('a mount point that fstab names by a link is found', async () => {
  const link = join(folder, 'link');
  await symlink('disk', link);
  const tables = async () => ({ fstab: `/dev/sdb1 ${link} xfs defaults 0 0\n`, mounts: '/dev/sda1 / ext4 rw 0 0\n' });
  const stored = createLocalStorage({ directory: join(link, 'pg'), tables });
  await expect(stored.put('a', BODY)).rejects.toMatchObject({ code: 'storage-unmounted' });
  expect(await readdir(disk)).toEqual([]);
});
