import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8');

test.each(['docs/architecture.md', 'CONTRIBUTING.md'])('every path that %s names is there', (file) => {
  const text = readFileSync(join(root, file), 'utf8');
  const paths = [...text.matchAll(/`((?:packages|airflow|test|docs|scripts)\/[\w./-]+)`/g)].map(
    ([, path = '']) => path,
  );
  expect(paths.length).toBeGreaterThan(5);
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test('the picture has every package, and its arrows are what the packages import, directly or by another', () => {
  const names = readdirSync(join(root, 'packages')).filter((name) => name !== 'testing');
  const drawn = [...page.matchAll(/^ {2}([\w-]+) --> ([\w-]+)$/gm)].map(
    ([, from = '', to = '']) => [from, to] as const,
  );
  const below = (name: string): readonly string[] =>
    drawn.flatMap(([from, to]) => (from === name ? [to, ...below(to)] : []));
  const imports = new Map(names.map((name) => [name, dependencies(name)]));
  expect(new Set(drawn.flat())).toEqual(new Set(names));
  for (const [from, to] of drawn) expect(imports.get(from), `${from} --> ${to}`).toContain(to);
  for (const name of names) expect(below(name), name).toEqual(expect.arrayContaining(imports.get(name) ?? []));
});

function dependencies(name: string): string[] {
  const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')) as Manifest;
  const own = { ...manifest.dependencies, ...(name === 'cli' ? manifest.devDependencies : {}) };
  return Object.keys(own).flatMap((one) => /^@postgres-backuper\/(?!testing)(.+)$/.exec(one)?.[1] ?? []);
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}
