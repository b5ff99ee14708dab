import { expect, test } from 'vitest';
import type { Option } from './option.ts';
import { parseValue } from './value.ts';

const option = (type: 'size' | 'duration' | 'count', range: readonly [number, number]) =>
  ({ type, range, commands: [], group: 'Other', help: '' }) as unknown as Option;

test.each([
  ['size', [1024, 1024 ** 3], '1B', '1KiB and 1GiB'],
  ['size', [0, 1536], '1TB', '0 and 1536B'],
  ['duration', [90_000, 7_200_000], '1d', '90s and 2h'],
  ['count', [1, 64], '65', '1 and 64'],
] as const)('a %s out of its own range %j is refused with that range', (type, range, text, shown) => {
  expect(parseValue(option(type, range), text)).toEqual({ problem: `is not between ${shown}` });
});
