import { expect, test } from 'vitest';
import { createCsvWriter } from './csv.ts';

const names = (...all: readonly string[]): readonly Buffer[] => all.map((name) => Buffer.from(name));

/** The CSV of rows that arrive in pieces of so many bytes. */
function csvOf(columns: readonly Buffer[], rows: string | Buffer, pieceBytes = 1e9): string {
  const writer = createCsvWriter(columns);
  const text = Buffer.from(rows as string);
  const parts = [Buffer.from(writer.header())];
  for (let at = 0; at < text.length; at += pieceBytes)
    for (const part of writer.rows(text.subarray(at, at + pieceBytes))) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString('latin1');
}

test.each([1, 2, 3, 1000])('in pieces of %i bytes NULL is empty, an empty text is quoted', (pieceBytes) => {
  expect(csvOf(names('a', 'b'), '\\N\t\nx\t\\\\N\n\t\\N\n', pieceBytes)).toBe('a,b\n,""\nx,\\N\n"",\n');
});

test.each([1, 2, 7, 1000])(
  'in pieces of %i bytes what would end a value is quoted, escapes are undone',
  (pieceBytes) => {
    const row = 'say "x"\ta,b\tone\\ntwo\\r\tt\\ta\\bb\\ff\\vv\\\\\t\xff\n';
    expect(csvOf(names('q', 'c', 'n', 'e', 'y'), Buffer.from(row, 'latin1'), pieceBytes)).toBe(
      'q,c,n,e,y\n"say ""x""","a,b","one\ntwo\r",t\ta\bb\ff\vv\\,\xff\n',
    );
  },
);

test('each of the characters that end a value is a reason for quotes by itself', () => {
  expect(csvOf(names('a', 'b', 'c', 'd'), 'x\\r\tx\\n\tx,\tx"\n')).toBe('a,b,c,d\n"x\r","x\n","x,","x"""\n');
});

test('names are quoted as values are', () => {
  expect(csvOf(names('a"b', 'c,d', 'e f'), '')).toBe('"a""b","c,d",e f\n');
});

test('the only value of a row is quoted where it would end the data', () => {
  expect(csvOf(names('a'), '\\\\.\n')).toBe('a\n"\\."\n');
  expect(csvOf(names('a', 'b'), '\\\\.\tx\n')).toBe('a,b\n\\.,x\n');
});

test('a table without columns has empty lines', () => {
  expect(csvOf([], '\n\n')).toBe('\n\n\n');
});

test('a value of several pieces is given away before it ends, quoted', () => {
  const long = 'x'.repeat(3 * 1024 * 1024);
  expect(csvOf(names('a', 'b'), `${long}\t1\n2\t3\n`)).toBe(`a,b\n"${long}",1\n2,3\n`);
});

test('quotes without end stay in the room that a step has', () => {
  const quotes = '"'.repeat(200_000);
  expect(csvOf(names('a'), `${quotes}\n`)).toBe(`a\n"${'""'.repeat(200_000)}"\n`);
  const empty = '\t'.repeat(200_000);
  expect(csvOf(names('a', 'b'), `${empty}\n`)).toBe(`a,b\n${'"",'.repeat(200_000)}""\n`);
});
