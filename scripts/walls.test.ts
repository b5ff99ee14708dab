import { globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

test('no file of the product imports another package, or anything outside of the packages, by a relative path', () => {
  const files = globSync('packages/*/src/**/*.ts', { cwd: root }).filter((path) => !/\.test(-data)?\.ts$/.test(path));
  const found = files.flatMap((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return [...text.matchAll(IMPORT)].map(([, to = '']) => ({
      from: path,
      to: relative(root, join(root, path, '..', to)),
    }));
  });
  expect(found.length).toBeGreaterThan(1000);
  expect(found.filter(({ from, to }) => !to.startsWith(sourcesOf(from)))).toEqual([]);
});

/** What stands in `from '…'`, `import '…'`, `import('…')` and `new URL('…')`, where it is a relative path. */
const IMPORT = /(?:\bfrom |\bimport |\bimport\(|\brequire\(|\bnew URL\()\s*['"`](\.[^'"`]*)['"`]/g;

/** `packages/core/src/` */
function sourcesOf(path: string): string {
  return `${path.split('/').slice(0, 3).join('/')}/`;
}
