import { expect, it } from 'vitest';
import { tokensOf } from './sql-tokens.ts';

const valuesOf = (text: string) => tokensOf(text).map(({ kind, value }) => `${kind} ${value}`);

it('words, names and strings are told apart', () => {
  expect(valuesOf(`GRANT Select ON "a ""TO"" b" TO x$1;`)).toEqual([
    ...['word grant', 'word select', 'word on', 'name a "TO" b', 'word to', 'word x$1', 'sign ;'],
  ]);
  expect(valuesOf(`E'it\\'s TO' 'it''s' $body$ TO 'x' $$ $body$ $$a$$`)).toEqual([
    ...[`string E'it\\'s TO'`, `string 'it''s'`, `string $body$ TO 'x' $$ $body$`, 'string $$a$$'],
  ]);
});

it('comments are left out, also nested ones', () => {
  expect(valuesOf(`a -- TO 'x\nb /* 1 /* 2 */ TO "y */ c`)).toEqual(['word a', 'word b', 'word c']);
});

it('parentheses are counted, and each offset is that of the text', () => {
  const text = `f(a, (b)) rené`;
  const tokens = tokensOf(text);
  expect(tokens.filter(({ kind }) => kind === 'word').map(({ value, depth }) => [value, depth])).toEqual([
    ['f', 0],
    ['a', 1],
    ['b', 2],
    ['rené', 0],
  ]);
  expect(tokens.map(({ begin, end }) => text.slice(begin, end)).join('')).toBe(text.replaceAll(' ', ''));
});

it('text without an end is read to its end', () => {
  expect(valuesOf(`'abc`)).toEqual([`string 'abc`]);
  expect(valuesOf('a /* b')).toEqual(['word a']);
  expect(valuesOf('a "b')).toEqual(['word a', 'name "b']);
});

it('long and hostile texts take no longer than others', () => {
  const long = 'a'.repeat(10_000_000);
  for (const text of [`'${long}'`, `"${long}"`, `E'${long}'`, `$$${long}$$`, long])
    expect(tokensOf(text).length).toBe(1);
  const tags = Array.from({ length: 100_000 }, (_, index) => `$t${index}$ `).join('');
  expect(tokensOf(tags).length).toBe(1);
  expect(tokensOf("''".repeat(500_000)).length).toBe(1);
  expect(tokensOf('/*'.repeat(500_000)).length).toBe(0);
});
