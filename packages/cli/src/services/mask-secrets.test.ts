import { expect, test } from 'vitest';
import { maskCutText, maskSecrets } from './mask-secrets.ts';

test('each secret and each line of one is masked, the longest first', () => {
  expect(maskSecrets('abcd abcdef line-2', ['abcd', 'abcdef', 'line-1\r\nline-2'])).toBe('*** *** ***');
});

test('short values are left: they occur by chance', () => {
  expect(maskSecrets('a b', ['a', ''])).toBe('a b');
});

test('a cut text ends before a first part of a secret', () => {
  expect(maskCutText('0123456789 secr', ['secret'])).toBe('012345678');
});
