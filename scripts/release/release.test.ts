import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { notesOf } from './notes.ts';
import { tagProblems } from './tag.ts';
import { productVersion, versionProblems, writeVersion } from './version-places.ts';

const root = join(import.meta.dirname, '../..');
let copy: string;

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'release-'));
  for (const path of ['packages/cli/package.json', 'packages/base/package.json', 'packages/options/src/version.ts'])
    await cp(join(root, path), join(copy, path));
  for (const path of ['docs/hosts/gitlab.md', 'docs/hosts/gitlab', 'docs/versioning.md'])
    await cp(join(root, path), join(copy, path), { recursive: true });
});
afterAll(() => rm(copy, { recursive: true, force: true }));

test('every place names the version of the product, and the changelog has an entry for it', async () => {
  const version = await productVersion(root);
  expect(await versionProblems(root, version)).toEqual([]);
  expect(notesOf(await readFile(join(root, 'CHANGELOG.md'), 'utf8'), version)).not.toBe('');
});

test('another version is found in each place, and written into each', async () => {
  const before = await versionProblems(copy, '7.8.9');
  expect(before.map((text) => text.split(' ')[0])).toEqual(
    expect.arrayContaining([
      'packages/base/package.json',
      'docs/hosts/gitlab.md',
      'docs/hosts/gitlab/include.gitlab-ci.yml',
    ]),
  );
  await writeVersion(copy, '7.8.9');
  expect(await versionProblems(copy, '7.8.9')).toEqual([]);
  expect(await productVersion(copy)).toBe('7.8.9');
  expect(await readFile(join(copy, 'packages/options/src/version.ts'), 'utf8')).toContain("VERSION = '7.8.9'");
});

test('the notes are the entry of the version, alone', () => {
  const changelog =
    '# postgres-backuper\n\n## 0.2.0\n\n### Minor Changes\n\n- New.\n\n## 0.1.0\n\nFirst.\n\n## 0.0.1\n';
  expect(notesOf(changelog, '0.2.0')).toBe('### Minor Changes\n\n- New.\n');
  expect(notesOf(changelog, '0.1.0')).toBe('First.\n');
  for (const version of ['0.0.1', '0.1', '1.0.0']) expect(() => notesOf(changelog, version)).toThrow('no entry');
});

test('a tag is that of the version, and every change is in the changelog by then', () => {
  const changes = ['.changeset/new.md'];
  expect(tagProblems({ tag: undefined, version: '0.1.0', changes })).toEqual([]);
  expect(tagProblems({ tag: 'v0.1.0', version: '0.1.0', changes: [] })).toEqual([]);
  expect(tagProblems({ tag: 'v0.2.0', version: '0.1.0', changes })).toEqual([
    'the tag is v0.2.0, but the version is 0.1.0',
    ".changeset/new.md is not in the changelog: run 'pnpm release:version'",
  ]);
});
