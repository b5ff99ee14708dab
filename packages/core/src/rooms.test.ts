import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** Each room of core knows those before it; a command's file, those of its own room and before. */
const ORDER = [
  'check',
  'setup',
  'restore',
  'undo-swap',
  'export',
  'cat',
  'show',
  'diff',
  'drill',
  'preview',
  'verify',
  'prune',
  'backup',
  'import',
  'copy',
  'rekey',
];

test('the rooms of core know each other in one direction', () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' });
  const sources = files.filter((file) => file.endsWith('.ts') && !/\.test|^index/.test(file));
  const imports = sources.flatMap((file) => {
    const text = readFileSync(join(import.meta.dirname, file), 'utf8');
    return [...text.matchAll(/from '(\.[^']*)'/g)].map(([, path = '']) => [file, join(file, '..', path)] as const);
  });
  const against = imports.filter(([from, to]) => ORDER.indexOf(roomOf(to)) > ORDER.indexOf(roomOf(from)));
  expect(imports.length).toBeGreaterThan(100);
  expect(against).toEqual([]);
});

function roomOf(file: string): string {
  const name = file.split('/')[0]?.replace(/\.ts$/, '') ?? '';
  return name === 'setup-client' || name === 'setup-role' ? 'setup' : name;
}
