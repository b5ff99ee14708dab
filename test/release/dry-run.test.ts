import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, tryRun } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
let folder: string;
let version: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dry-run-'));
  version = JSON.parse(await readFile(join(root, 'packages/cli/package.json'), 'utf8')).version;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const release = (...args: readonly string[]) =>
  tryRun(process.execPath, ['scripts/release.ts', ...args], { cwd: root });

test('a dry run makes every file of a release, with its sums and the notes', async () => {
  await rm(folder, { recursive: true }); // of a first try
  const end = await release('--dry-run', '--repository', 'example/postgres-backuper', '--output', folder);
  expect(end.stdout).not.toContain('✗');
  expect(end).toMatchObject({ status: 0, stderr: '' });
  expect((await readdir(folder)).sort()).toEqual([
    ...['NOTES.md', 'SHA256SUMS', `postgres-backuper-${version}.cdx.json`, `postgres-backuper-${version}.tgz`],
    ...[`postgres_backuper_airflow-${version}-py3-none-any.whl`, `postgres_backuper_airflow-${version}.tar.gz`],
  ]);
  await run('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: folder });
});

test('the npm package holds the bundle, and its manifest names the repository, but no package of the build', async () => {
  const archive = join(folder, `postgres-backuper-${version}.tgz`);
  const names = (await run('tar', ['-tzf', archive])).trimEnd().split('\n');
  const bundle = (await readdir(join(root, 'dist'))).map((name) => `package/dist/${name}`);
  expect(names.sort()).toEqual([...bundle, 'package/LICENSE', 'package/README.md', 'package/package.json'].sort());
  const manifest = JSON.parse(await run('tar', ['-xzOf', archive, 'package/package.json']));
  expect(manifest).toMatchObject({
    version,
    repository: { url: 'git+https://github.com/example/postgres-backuper.git' },
  });
  expect(manifest).not.toHaveProperty('devDependencies');
});

test('the SBOM names each package whose licence is in the bundle, and its version', async () => {
  const { components } = JSON.parse(await readFile(join(folder, `postgres-backuper-${version}.cdx.json`), 'utf8'));
  type Component = { readonly group?: string; readonly name: string; readonly version: string };
  const listed = (components as Component[]).map(
    (one) => `${one.group ? `${one.group}/` : ''}${one.name} ${one.version}`,
  );
  const licences = await readFile(join(root, 'dist/THIRD_PARTY_LICENSES.txt'), 'utf8');
  const bundled = [...licences.matchAll(/^-{80}\n(\S+ \S+): /gm)].map(([, title = '']) => title);
  expect(bundled.length).toBeGreaterThan(30);
  expect(new Set(listed.filter((name) => !name.startsWith('@postgres-backuper/')))).toEqual(new Set(bundled));
});

test('a folder that holds something stays as it is, and nothing is published from here', async () => {
  const before = await readdir(folder);
  expect(await release('--dry-run', '--output', folder)).toMatchObject({ status: 2, stdout: '' });
  expect(await release()).toMatchObject({ status: 2, stderr: expect.stringContaining('docs/releasing.md') });
  expect(await readdir(folder)).toEqual(before);
});
