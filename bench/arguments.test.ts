import { expect, test } from 'vitest';
import { commandOf, parseBenchArguments } from './arguments.ts';

test('sizes are megabytes of COPY text', () => {
  expect(parseBenchArguments([]).megabytes).toBe(1600);
  expect(parseBenchArguments(['--size', '10GB']).megabytes).toBe(10_000);
  expect(parseBenchArguments(['--size', '20MB']).megabytes).toBe(20);
});

test.each([
  ['--size', 'much'],
  ['--size', '0MB'],
  ['--rounds', '0'],
  ['--output', 'RESULTS.txt'],
])('%s %s is refused with a sentence', (...args) => expect(() => parseBenchArguments(args)).toThrow(/: say /));

test('an option that is not known is refused', () => {
  expect(() => parseBenchArguments(['--fast'])).toThrow('--fast');
});

test('the command of a section parses to the same request', () => {
  const request = { megabytes: 20_000, cases: ['ours-s3', 'copy'], rounds: 5 };
  const args = commandOf(request).split(' ').slice(4);
  expect(parseBenchArguments(args)).toMatchObject(request);
});
