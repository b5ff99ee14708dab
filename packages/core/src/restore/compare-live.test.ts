import { expect, test } from 'vitest';
import { compared } from './compare-live.ts';

test.each([
  [1000, 1000, 0, true, '1,000 rows restored, 1,000 rows in the source: 0.0 % apart'],
  [0, 0, 0, true, '0 rows restored, 0 rows in the source: 0.0 % apart'],
  [100, 99, 1, true, '99 rows restored, 100 rows in the source: 1.0 % apart'],
  [99, 100, 1, true, '100 rows restored, 99 rows in the source: 1.0 % apart'],
  [1_000_000, 999_999, 0, false, '999,999 rows restored, 1,000,000 rows in the source: 0.1 % apart'],
  [0, 1, 99, false, '1 row restored, 0 rows in the source: 100.0 % apart'],
  ['the source said', 5, 100, false, 'the source said'],
])('%s living rows, %i restored, %i %% allowed', (live, restored, tolerance, ok, detail) => {
  expect(compared(live, restored, tolerance)).toEqual({ ok, detail });
});
