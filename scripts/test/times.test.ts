import { expect, test } from 'vitest';
import { parseStartTimes, timesText } from './times.ts';

test('the slowest files, the folders and the servers are told, slowest first', () => {
  const files = [
    { path: 'test/cli/keys.test.ts', ms: 1234 },
    { path: 'test/hosts/airflow/dags.test.ts', ms: 61_000 },
    { path: 'test/hosts/same/same.test.ts', ms: 2000 },
  ];
  const starts = parseStartTimes('PostgreSQL 18\t800\nminio\t300\nPostgreSQL 18\t900\n');
  expect(timesText(files, starts)).toBe(`slowest files:
    61.0 s  test/hosts/airflow/dags.test.ts
     2.0 s  test/hosts/same/same.test.ts
     1.2 s  test/cli/keys.test.ts
by folder:
    63.0 s  test/hosts (2)
     1.2 s  test/cli (1)
starting servers (a part of the above):
     1.7 s  PostgreSQL 18 (2)
     0.3 s  minio (1)`);
});

test('the table has ten files at most, and there is none where nothing ran', () => {
  const files = Array.from({ length: 40 }, (_, index) => ({ path: `test/x/${index}.test.ts`, ms: index }));
  expect(timesText(files, []).split('\n')).toHaveLength(13);
  expect(timesText([], [])).toBe('');
});
