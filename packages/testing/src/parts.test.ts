import { afterEach, expect, test, vi } from 'vitest';
import { findProgram, isMissing, parts } from './parts.ts';

afterEach(() => vi.unstubAllEnvs());

test('what the test run could not provide is missing', () => {
  vi.stubEnv('REQUIRE_SERVICES', '');
  vi.stubEnv('PGBACKUPER_MISSING', 'pgbouncer,MinIO');
  expect(['pgbouncer', 'MinIO', 'gpg'].filter(isMissing)).toEqual(['pgbouncer', 'MinIO']);
});

test('nothing is missing where everything must be there', () => {
  vi.stubEnv('REQUIRE_SERVICES', 'all');
  vi.stubEnv('PGBACKUPER_MISSING', 'pgbouncer');
  expect(isMissing('pgbouncer')).toBe(false);
});

test('a part that is not there says what to run', async () => {
  expect(await findProgram('sh')).toMatch(/\/sh$/);
  await expect(findProgram('no-such-program')).rejects.toThrow('scripts/system-packages');
});

test('the majors of a run are parts of it', () => {
  vi.stubEnv('PGBACKUPER_MAJORS', '15,17');
  expect(parts().map((part) => part.name)).toEqual(expect.arrayContaining(['PostgreSQL 15', 'PostgreSQL 17', 'MinIO']));
  vi.stubEnv('PGBACKUPER_MAJORS', '13');
  expect(() => parts()).toThrow('PGBACKUPER_MAJORS');
});
