import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hostFiles } from './host-files.ts';
import { withHostRows } from './readme-hosts.ts';

const root = join(import.meta.dirname, '..');
const hosts = await hostFiles();

test.each([
  ['README.md', 'en'],
  ['README.ru.md', 'ru'],
] as const)('%s has a row for each host, whose page exists', (path, language) => {
  const readme = readFileSync(join(root, path), 'utf8');
  expect(withHostRows(readme, language, hosts)).toBe(readme);
  expect(hosts.filter(({ readme: { page } }) => !existsSync(join(root, 'docs/hosts', page)))).toEqual([]);
});

test('one more host is one more row, and nothing else changes', () => {
  const readme = { host: 'Moon', page: 'moon.md', has: { en: 'a flag', ru: 'флаг' } };
  const text = 'a\n| shell | yes: |\n| Airflow | yes: [x](docs/hosts/airflow.md) |\n\n[x](docs/hosts/airflow.md)\n';
  const rows = '| Moon | да: [флаг](docs/hosts/moon.md) |\n| Moon | да: [флаг](docs/hosts/moon.md) |\n';
  expect(withHostRows(text, 'ru', [{ readme }, { readme }])).toBe(
    `a\n| shell | yes: |\n${rows}\n[x](docs/hosts/airflow.md)\n`,
  );
  expect(() => withHostRows('no table', 'en', [])).toThrow('no table of hosts');
});
