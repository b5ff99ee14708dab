import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

/** The text in `from '…'` of a statement, `import '…'`, `import('…')` and `new URL('…', import.meta.url)`. */
const IMPORT = /(?:^(?:import|export|\}).* from |^import |\bimport\(|\bnew URL\((?=[^,)]*, import))'([^']+)'/gm;

const files = globSync('packages/*/src/**/*.ts', { cwd: root }).filter((path) => !/\.test(-data)?\.ts$/.test(path));
const imports = files.flatMap((from) =>
  [...readFileSync(join(root, from), 'utf8').matchAll(IMPORT)].map(([, to = '']) => ({ from, to })),
);

test('no file of a package imports what lies outside of its own sources by a relative path', () => {
  const found = imports.filter(({ to }) => to.startsWith('.'));
  const paths = found.map(({ from, to }) => ({ from, to: relative(root, join(root, from, '..', to)) }));
  expect(paths.length).toBeGreaterThan(1000);
  expect(paths.filter(({ from, to }) => !to.startsWith(`${packageOf(from)}/src/`))).toEqual([]);
});

test('each package names in its manifest what its files import', () => {
  const found = imports.filter(({ to }) => !/^(?:\.|node:)/.test(to));
  expect(found.length).toBeGreaterThan(500);
  expect(found.filter(({ from, to }) => !dependencies(packageOf(from)).includes(nameOf(to)))).toEqual([]);
});

/** What each of them uses of others' work: none opens a connection or knows a host. */
const LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  base: [],
  format: ['tar-stream'],
  postgres: [],
  repository: [],
  legacy: [],
  core: [],
  options: [],
};

test.each(Object.entries(LIBRARIES))('the libraries of %s are %j', (name, libraries) => {
  const manifest = manifestOf(`packages/${name}`);
  const found = Object.keys(manifest.dependencies ?? {}).filter((one) => !one.startsWith('@postgres-backuper/'));
  expect(found).toEqual(libraries);
});

test('no package needs itself by way of others, also not for its tests, which reach `testing` by a path then', () => {
  const names = readdirSync(join(root, 'packages'));
  const needs = new Map(names.map((name) => [manifestOf(`packages/${name}`).name, workspaceNeeds(name)]));
  const below = (name: string, seen = new Set<string>()): ReadonlySet<string> => {
    for (const one of needs.get(name) ?? []) if (!seen.has(one)) below(one, seen.add(one));
    return seen;
  };
  expect(needs.get('@postgres-backuper/testing')).toContain('@postgres-backuper/repository');
  expect([...needs.keys()].filter((name) => below(name).has(name))).toEqual([]);
});

function workspaceNeeds(name: string): readonly string[] {
  const { dependencies, devDependencies } = manifestOf(`packages/${name}`);
  return Object.keys({ ...dependencies, ...devDependencies }).filter((one) => one.startsWith('@postgres-backuper/'));
}

/** `packages/core` */
function packageOf(path: string): string {
  return path.split('/').slice(0, 2).join('/');
}

/** `@postgres-backuper/core` of that and of `@postgres-backuper/core/x` */
function nameOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The command line is a bundle: all its dependencies are devDependencies. */
function dependencies(folder: string): readonly string[] {
  const manifest = manifestOf(folder);
  return Object.keys({ ...manifest.dependencies, ...(folder === 'packages/cli' ? manifest.devDependencies : {}) });
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
}

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}
