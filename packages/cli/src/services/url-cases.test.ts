import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolveSettings } from '@postgres-backuper/options';
import { expect, test } from 'vitest';
import { parseDatabaseUrl } from './database-url.ts';
import { createServer } from './server.ts';

const FILE = join(import.meta.dirname, '../../../../test/restore/cases/urls.txt');
const CASES = readFileSync(FILE, 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split(/\s{2,}/) as [string, string]);

test('urls.txt has all of its lines', () => {
  expect(CASES).toHaveLength(15);
});

test.each(CASES)('a URL with %s: %s', (parameter, must) => {
  const url = `postgres://user:password@host:1/db?${parameter}`;
  const [name = '', value = ''] = parameter.split('=');
  const parsed = parseDatabaseUrl(url);
  const passed =
    'parameters' in parsed ? [...Object.values(parsed.parameters), ...Object.values(parsed.variables)] : [];
  const isIgnored = 'ignored' in parsed && parsed.ignored.includes(name);
  if (must.startsWith('exit 2')) return expect(() => serverOf(url)).toThrow(WORDS[name]);
  if (must.startsWith('ignored')) expect(isIgnored).toBe(true);
  else if (must.startsWith('passed or ignored')) expect(isIgnored || passed.includes(value)).toBe(true);
  else expect(passed).toContain(value);
  expect(() => serverOf(url)).not.toThrow();
});

/** What a refusal says. */
const WORDS: Readonly<Record<string, RegExp>> = {
  sslmode: /not a mode of libpq: 'require' encrypts without verifying, 'verify-full' verifies/,
  sslrootcert: /names a file that does not exist/,
  kepalives_idle: /did you mean 'keepalives_idle'/,
};

function serverOf(url: string) {
  const environment = { DATABASE_URL: url };
  return createServer(resolveSettings({ command: 'check', environment, flags: new Map() }), environment);
}
