import { expect, test } from 'vitest';
import {
  BackuperError,
  ERRORS,
  type ErrorCode,
  type ErrorKind,
  EXIT_STATUSES,
  isOfKind,
  lastingFirst,
  toBackuperError,
} from './errors.ts';

const KINDS = Object.keys(EXIT_STATUSES) as ErrorKind[];

test.each(Object.keys(ERRORS) as ErrorCode[])('%s: exit status and kind agree', (code) => {
  const error = new BackuperError(code, 'broken');
  expect(error.exitStatus).toBe(EXIT_STATUSES[ERRORS[code]]);
  expect(KINDS.filter((kind) => isOfKind(error, kind))).toEqual([ERRORS[code]]);
});

test('each kind has an exit status of its own, and nothing else has a kind', () => {
  expect(new Set(Object.values(EXIT_STATUSES)).size).toBe(KINDS.length);
  expect(KINDS.filter((kind) => isOfKind(new Error('broken'), kind))).toEqual([]);
});

test('what lasts comes before what may pass, else the order stays', () => {
  const failures = ['temporary', 'user', 'temporary', 'damage', 'failed'] as const;
  const sorted = lastingFirst([...failures.entries()], ([, kind]) => kind);
  expect(sorted.map(([index]) => index)).toEqual([1, 3, 4, 0, 2]);
});

test('a limit of the machine is no defect', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  expect(toBackuperError(full)).toMatchObject({ code: 'machine-full', hint: expect.stringContaining('TMPDIR') });
  expect(toBackuperError(new Error('x is not a function'))).toMatchObject({ code: 'internal' });
});
