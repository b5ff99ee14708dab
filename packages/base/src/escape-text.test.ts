import { expect, test } from 'vitest';
import { escapeText } from './escape-text.ts';

test.each([
  ['a\n\tb\x1b[31m\x7f\x9b', 'a\\n\\tb\\x1b[31m\\x7f\\x9b'],
  ['\u061c\u202e\u2066\u200e\u200f', '\\u061c\\u202e\\u2066\\u200e\\u200f'],
  ['\u180e\u00ad\u034f\u3164\ufeff\ufffb', '\\u180e\\xad\\u034f\\u3164\\ufeff\\ufffb'],
  ['\u{e0041}\u{1d173}', '\\u{e0041}\\u{1d173}'],
  ['\udce9', '\\xe9'],
])('%j is shown as %s', (text, shown) => {
  expect(escapeText(text)).toBe(shown);
});

test('letters, accents, emoji and their selectors are as they were', () => {
  for (const text of ['Ünï', 'до', 'لِ', 'שלום', '⚠️', '葛󠄀', '한글', 'e\u0301', '😀'])
    expect(escapeText(text)).toBe(text);
});
