import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const PACKAGES = readdirSync(join(root, 'packages')).filter((name) => !['cli', 'testing'].includes(name));
const files = globSync(['{packages,test,bench,demo,scripts}/**/*.ts'], {
  cwd: root,
  exclude: (name) => name.includes('node_modules'),
}).map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

test.each(PACKAGES)('each name that %s exports is imported by another package', (name) => {
  const own = `packages/${name}/`;
  const users = files.filter(({ path }) => !path.startsWith(own));
  const used = new Set(users.flatMap(({ text }) => importedFrom(name, text)));
  const exported = exportedBy(readFileSync(join(root, own, 'src/index.ts'), 'utf8'));
  expect(exported.length).toBeGreaterThan(0);
  expect(exported.filter((one) => !used.has(one))).toEqual([]);
});

/** `import { a, type B, c as d } from '@postgres-backuper/…'`, exported again, or loaded: `const { a, c: d } = await import('…')`. */
function importedFrom(name: string, text: string): readonly string[] {
  const lists = text.matchAll(
    new RegExp(`\\{([^{}]*)\\}\\s*(?:from|= await import\\()\\s*'@postgres-backuper/${name}'`, 'g'),
  );
  return [...lists].flatMap(([, list = '']) => namesIn(list, (words) => words.at(0)));
}

/** `export { a, type B, c as d } from …`: a, B, d. */
function exportedBy(index: string): readonly string[] {
  const lists = index.matchAll(/export (?:type )?\{([^}]*)\}/g);
  return [...lists].flatMap(([, list = '']) => namesIn(list, (words) => words.at(-1)));
}

function namesIn(list: string, which: (words: readonly string[]) => string | undefined): readonly string[] {
  const items = list.split(',').map((one) => one.trim().replace(/^type\s+/, ''));
  return items.flatMap((item) => which(item.split(/\s+as\s+|\s*:\s*/)) || []);
}
