import { lstat, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { productVersion, versionProblems } from '../../scripts/release/version-places.ts';

const root = join(import.meta.dirname, '../..');
/** What no version is made from. */
const LEFT_OUT = ['.git', '.tmp', 'node_modules', 'bench', 'dist', 'test'];
let copy: string;

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'next-version-'));
  const names = (await readdir(root)).filter((name) => !LEFT_OUT.includes(name));
  await run('cp', ['--archive', ...names.map((name) => join(root, name)), copy]);
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  await run('git', ['-C', copy, 'init', '--quiet', '--initial-branch=main']);
});
afterAll(() => rm(copy, { recursive: true, force: true }));

test('a changeset becomes the next version in every place, and its entry in the changelog', async () => {
  await writeFile(
    join(copy, '.changeset/a-test.md'),
    '---\n"postgres-backuper": major\n---\n\nThe moon is a repository.\n',
  );
  const before = await productVersion(copy);
  await run(process.execPath, ['scripts/release-version.ts'], { cwd: copy });
  const version = await productVersion(copy);
  expect(version).toBe(`${Number(before.split('.')[0]) + 1}.0.0`);
  expect(await versionProblems(copy, version)).toEqual([]);
  const changelog = await readFile(join(copy, 'CHANGELOG.md'), 'utf8');
  expect(changelog).toContain(`\n## ${version}\n\n### Major Changes\n`);
  expect(changelog).toMatch(/^- The moon is a repository\.$/m);
  expect(changelog).toContain(`\n## ${before}\n`);
  expect((await lstat(join(copy, 'packages/cli/CHANGELOG.md'))).isSymbolicLink()).toBe(true);
  expect(await readdir(join(copy, '.changeset'))).not.toContain('a-test.md');
});
