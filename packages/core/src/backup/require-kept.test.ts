import { expect, test } from 'vitest';
import { requireKept } from './require-kept.ts';

test('a table that was rewritten is refused without rows, and with slices whatever their rows', () => {
  const ask = (copy: Parameters<typeof requireKept>[0]) => () => requireKept(copy, 'public.t');
  expect(ask({ rows: 3 })).not.toThrow();
  expect(ask({ rows: 0 })).toThrow("table 'public.t' was truncated after the snapshot");
  expect(ask({ rows: 0, slices: [] })).toThrow('truncated');
  expect(ask({ rows: 3, slices: [] })).toThrow("table 'public.t' was rewritten after the snapshot");
});
