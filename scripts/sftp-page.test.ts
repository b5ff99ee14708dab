import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ALL_OPTIONS, environmentNames } from '../packages/options/src/options.ts';

test('the page of SFTP names each variable as a hint does', () => {
  const page = readFileSync(join(import.meta.dirname, '../docs/sftp.md'), 'utf8');
  const named = new Set((page.match(/\b[A-Z]+_[A-Z_]+\b/g) ?? []).map((name) => name.replace(/_FILE$/, '')));
  const [first, others] = [new Set<string>(), new Set<string>()];
  for (const [option] of ALL_OPTIONS) {
    const [own = '', ...more] = environmentNames(option);
    first.add(own);
    for (const name of more) others.add(name);
  }
  expect(named).toContain('BACKUP_SFTP_KEY');
  expect([...named].filter((name) => name.startsWith('BACKUP_') && !first.has(name))).toEqual([]);
  expect([...named].filter((name) => others.has(name))).toEqual([]);
});
