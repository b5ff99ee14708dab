import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keygen } from './keygen.ts';

const keys = { publicKey: 'public\n', privateKey: 'private\n', fingerprint: 'F00D', dedupSecret: 'c2VjcmV0' };
const generate = async () => keys;
let directory: string;
let umask: number;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keygen-'));
  umask = process.umask(0o002);
});
afterEach(async () => {
  process.umask(umask);
  await rm(directory, { recursive: true });
});

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

it.each([0o000, 0o077])('writes both halves with their modes under umask %i', async (mask) => {
  process.umask(mask);
  const result = await keygen({ directory: join(directory, 'new/keys') }, { generate });
  expect(result.fingerprint).toBe('F00D');
  expect(await readFile(result.privateKeyFile, 'utf8')).toBe('private\n');
  expect(await readFile(result.publicKeyFile, 'utf8')).toBe('public\n');
  expect(await readFile(result.dedupSecretFile, 'utf8')).toBe('c2VjcmV0\n');
  expect(await modeOf(result.dedupSecretFile)).toBe('600');
  expect([await modeOf(result.privateKeyFile), await modeOf(result.publicKeyFile)]).toEqual(['600', '644']);
  expect(await modeOf(join(directory, 'new/keys'))).toBe('700');
});

it.each(['backup-private.asc', 'backup-public.asc', 'backup-dedup-secret.txt'])(
  'never overwrites %s, and writes nothing beside it',
  async (name) => {
    await writeFile(join(directory, name), 'old');
    await expect(keygen({ directory }, { generate })).rejects.toMatchObject({ code: 'configuration-invalid' });
    expect(await readdir(directory)).toEqual([name]);
    expect(await readFile(join(directory, name), 'utf8')).toBe('old');
  },
);

it('does not overwrite a file that appears while the keys are made', async () => {
  const late = async () => {
    await writeFile(join(directory, 'backup-public.asc'), 'old');
    return keys;
  };
  await expect(keygen({ directory }, { generate: late })).rejects.toMatchObject({ code: 'configuration-invalid' });
  expect(await readdir(directory)).toEqual(['backup-public.asc']);
  expect(await readFile(join(directory, 'backup-public.asc'), 'utf8')).toBe('old');
});

it('does not write through a symbolic link', async () => {
  await symlink(join(directory, 'elsewhere'), join(directory, 'backup-private.asc'));
  await expect(keygen({ directory }, { generate })).rejects.toMatchObject({ code: 'configuration-invalid' });
  expect(await readdir(directory)).toEqual(['backup-private.asc']);
});

it('names the folder that cannot be made', async () => {
  await writeFile(join(directory, 'file'), '');
  const result = keygen({ directory: join(directory, 'file/keys') }, { generate });
  await expect(result).rejects.toMatchObject({
    code: 'configuration-invalid',
    message: expect.stringContaining('file/keys'),
  });
});
