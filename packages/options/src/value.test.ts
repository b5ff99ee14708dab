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

test.each(['gzip', 'zstd:', 'zstd:0', 'zstd:99', 'zstd:3;rm -rf /'])(
  "the compression '%s' is refused in one sentence",
  (text) => {
    const compression = {
      type: 'text',
      form: 'compression',
      commands: [],
      group: 'Other',
      help: '',
    } as unknown as Option;
    const problem = 'is neither zstd:N with a level N from 1 to 19, e.g. zstd:9, nor auto';
    expect(parseValue(compression, text)).toEqual({ problem });
  },
);
