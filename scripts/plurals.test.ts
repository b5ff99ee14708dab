import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const NOUNS = 'backups|databases|files|objects|roles|rows|sessions|tables|warnings';
/** A number and a noun that was written as a plural; `3 of 1 tables` and `more than 1 rows` read well enough. */
const PLURAL = new RegExp(`(?<!of )(?<!than )(?<!all )\\$\\{[^}]*\\} (${NOUNS})\\b`);

test('no text says "1 tables": a number and its noun come from numberOf', async () => {
  const found: string[] = [];
  for await (const path of glob('packages/*/src/**/*.ts', { cwd: root })) {
    if (/\.test\.ts$|^packages\/testing/.test(path)) continue;
    const lines = (await readFile(join(root, path), 'utf8')).split('\n');
    found.push(...lines.filter((line) => PLURAL.test(line)).map((line) => `${path}: ${line.trim()}`));
  }
  expect(found).toEqual([]);
});
