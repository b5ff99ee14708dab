import { describe, expect, test } from 'vitest';
import { failedStatement, messagesOf } from './said.ts';

describe('failedStatement', () => {
  test.each([
    ['ERROR:  22P02: invalid input syntax for type integer: "x"', '22P02'],
    ['psql:<stdin>:7: FEHLER:  22P02: ungültige Eingabesyntax für Typ integer: »x«', '22P02'],
    ['ОШИБКА:  53100: не удалось расширить файл', '53100'],
    ['致命错误:  57P01: 由于管理员命令中断联接', '57P01'],
  ])('%s', (line, sqlState) => {
    const stderr = `HINWEIS:  00000: etwas\nWARNUNG:  01000: anderes\n${line}\nCONTEXT:  COPY t, line 1\n`;
    expect(failedStatement(stderr)).toEqual({ sqlState, message: line.replace(/^.*?\d[0-9A-Z]{4}: /, '') });
  });

  test('a session that was refused is none', () => {
    const stderr =
      'psql: error: connection to server at "db" (10.0.0.1), port 5432 failed: FATAL:  role "u" does not exist';
    expect(failedStatement(stderr)).toBeUndefined();
  });
});

test('a name with line feeds stays in its message', () => {
  const at = 'psql: error: connection to server at "db" (::1), port 5432 failed: ';
  const stderr = `${at}Connection refused\n\tIs the server running?\n${at}FATAL:  database "a\n"b\nc" does not exist\n`;
  expect(messagesOf(stderr)).toEqual([
    `${at}Connection refused`,
    '\tIs the server running?',
    `${at}FATAL:  database "a "b c" does not exist`,
    '',
  ]);
});
