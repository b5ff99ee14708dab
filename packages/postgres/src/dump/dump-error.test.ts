import { expect, test } from 'vitest';
import { dumpError } from './dump-error.ts';

const failed = (...lines: string[]) =>
  dumpError({ file: '/bin/pg_dump', status: 1, signal: null, stderr: lines.join('\n') });

test('what pg_dump says of its steps is no reason', () => {
  const steps = [
    'pg_dump: reading row-level security policies',
    'pg_dump: dumping contents of table "public.SSL certificate, permission denied for"',
  ];
  expect(failed(...steps, 'pg_dump: error: something else')).toMatchObject({ code: 'dump-failed' });
  expect(dumpError({ file: 'pg_dump', status: null, signal: 'SIGKILL', stderr: steps.join('\n') })).toMatchObject({
    code: 'dump-failed',
    message: 'pg_dump was ended by SIGKILL: it said nothing',
  });
});

test.each([
  [
    'pg_dump: error: query failed: ERROR:  query would be affected by row-level security policy for table "t"',
    'row-security',
  ],
  [
    'pg_dump: error: Error message from server: FATAL:  terminating connection due to administrator command',
    'server-unavailable',
  ],
  ['pg_dump: error: invalid client encoding "UTF8" specified', 'server-unavailable'],
  ['pg_dump: error: could not obtain lock on relation "public.t"', 'lock-unavailable'],
])('%s', (line, code) => {
  expect(failed('pg_dump: reading schemas', line).code).toBe(code);
});

test('a missing privilege is no lock that comes free', () => {
  const lines = [
    'pg_dump: error: query failed: ERROR:  permission denied for table secret',
    'pg_dump: detail: Query was: LOCK TABLE public.secret IN ACCESS SHARE MODE',
  ];
  expect(failed(...lines)).toMatchObject({ code: 'privilege-missing', exitStatus: 2 });
});
