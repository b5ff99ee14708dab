import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const PACKAGES = readdirSync(join(root, 'packages')).filter((name) => !['cli', 'testing'].includes(name));
const files = globSync(['{packages,test,bench,demo,scripts}/**/*.ts'], {
  cwd: root,
  exclude: (name) => name.includes('node_modules'),
}).map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

test.each(PACKAGES)('each name that %s exports is used by another package', (name) => {
  const own = `packages/${name}/`;
  const users = files.filter(({ path, text }) => !path.startsWith(own) && text.includes(`@postgres-backuper/${name}`));
  const used = new Set(users.flatMap(({ text }) => text.match(/\w+/g) ?? []));
  const exported = namesOf(readFileSync(join(root, own, 'src/index.ts'), 'utf8'));
  expect(exported.length).toBeGreaterThan(0);
  expect(exported.filter((one) => !used.has(one))).toEqual([]);
});

/** `export { a, type B, c as d } from …`: a, B, d. */
function namesOf(index: string): readonly string[] {
  const lists = [...index.matchAll(/export (?:type )?\{([^}]*)\}/g)].map(([, list = '']) => list);
  const words = lists.flatMap((list) => list.split(',')).map((one) => one.trim().split(/\s+/).at(-1) ?? '');
  return words.filter((word) => word !== '');
}
