import { expect, test } from 'vitest';
import { maskLine, maskSecrets } from './mask-secrets.ts';

test('each secret and each line of one is masked, the longest first', () => {
  expect(maskSecrets('abcd abcdef line-2', ['abcd', 'abcdef', 'line-1\r\nline-2'])).toBe('*** *** ***');
});

test('short values are left: they occur by chance', () => {
  expect(maskSecrets('a b', ['a', ''])).toBe('a b');
});

const SECRET = 'a-long-secret';

test('a line that was cut does not end with a first part of a secret, wherever the cut is', () => {
  for (let before = 0; before < 2 * SECRET.length; before += 1) {
    const line = `${'.'.repeat(before)}${SECRET.repeat(400)}`.slice(0, 4000);
    expect(maskLine(line, [SECRET, 'another-one'])).toMatch(/^\.*(\*{3})+$/);
  }
});

test('a line that was not cut is whole', () => {
  expect(maskLine(`${SECRET} a-long`, [SECRET])).toBe('*** a-long');
});
