import { expect, test } from 'vitest';
import { formatPercent } from './format-percent.ts';

test.each([
  [0, 10, '0 %'],
  [5, 0, '0 %'],
  [1, 1e6, 'under 0.1 %'],
  [13, 1000, '1.3 %'],
  [99, 1000, '9.9 %'],
  [434, 1000, '43 %'],
  [1200, 1000, '120 %'],
])('%i of %i', (part, whole, text) => {
  expect(formatPercent(part, whole)).toBe(text);
});
