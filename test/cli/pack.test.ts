import { access, cp, glob, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, tryRun } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { VERSION } from '../../packages/options/src/version.ts';
import { buildBundle } from '../../scripts/bundle/bundle.ts';

const root = join(import.meta.dirname, '../..');
let folder: string;
let program: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pack-'));
  const source = join(folder, 'package');
  await mkdir(source);
  await buildBundle(root, join(source, 'dist'));
  await cp(join(root, 'packages/cli/package.json'), join(source, 'package.json'));
  for (const name of ['README.md', 'LICENSE']) await cp(join(root, name), join(source, name));
  const env = { PATH: process.env.PATH, HOME: folder, npm_config_cache: join(folder, 'npm') };
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: source, env });
  const archive = (await readdir(folder)).find((name) => name.endsWith('.tgz')) ?? '';
  const empty = join(folder, 'empty');
  await mkdir(empty);
  await run('npm', ['install', '--offline', '--no-audit', '--prefix', empty, join(folder, archive)], {
    cwd: empty,
    env,
  });
  program = join(empty, 'node_modules/.bin/postgres-backuper');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('the packed command line runs in an empty folder, without any other package', async () => {
  expect(await readdir(join(folder, 'empty/node_modules'))).toEqual([
    '.bin',
    '.package-lock.json',
    'postgres-backuper',
  ]);
  expect(await run(program, ['--version'])).toBe(`${VERSION}\n`);
  expect(await run(program, ['backup', '--help'])).toContain('--repository');
});

test('everything that its manifest names is packed and can be loaded; no other package is published', async () => {
  const installed = join(folder, 'empty/node_modules/postgres-backuper');
  const { bin, exports } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
  for (const path of Object.values<string>({ ...bin, ...exports })) await access(join(installed, path));
  for (const name of Object.keys(exports)) {
    const target = JSON.stringify(join('postgres-backuper', name));
    await run(process.execPath, ['-e', `require(${target})`], { cwd: join(folder, 'empty') });
  }
  const published: string[] = [];
  for await (const path of glob('packages/*/package.json', { cwd: root })) {
    const manifest = JSON.parse(await readFile(join(root, path), 'utf8'));
    if (manifest.private !== true) published.push(manifest.name);
  }
  expect(published).toEqual(['postgres-backuper']);
});

test('it holds OpenPGP and S3', async () => {
  const env = { PATH: process.env.PATH, HOME: folder, BACKUP_PRIVATE_KEY_PASSPHRASE: 'a passphrase' };
  await run(program, ['keygen', '--output', join(folder, 'keys')], { env });
  expect(await readdir(join(folder, 'keys'))).toEqual([
    'backup-dedup-secret.txt',
    'backup-private.asc',
    'backup-public.asc',
  ]);
  const s3 = { BACKUP_REPOSITORY: 's3://bucket/p', MINIO_ENDPOINT: '127.0.0.1:1', BACKUP_RETRY_FOR: '1s' };
  const end = await tryRun(program, ['list'], { env: { ...env, ...s3, MINIO_ACCESS_KEY: 'a', MINIO_SECRET_KEY: 'b' } });
  expect(end.stderr).toMatch(/127\.0\.0\.1:1|s3:\/\/bucket/);
  expect(end.status).toBe(75);
});

test('its licences name every package in it', async () => {
  const text = await readFile(join(folder, 'package/dist/THIRD_PARTY_LICENSES.txt'), 'utf8');
  expect(text).toMatch(/^openpgp \d.*LGPL/m);
  expect(text).toMatch(/^@aws-sdk\/client-s3 \d/m);
  expect(text).toMatch(/^tar-stream \d/m);
});

test('the same sources give the same bytes', async () => {
  const again = join(folder, 'again');
  await buildBundle(root, again);
  expect(await run('diff', ['-r', again, join(folder, 'package/dist')])).toBe('');
});
