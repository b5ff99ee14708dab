import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Session } from './psql.ts';
import { body, bytesOf, identifier, joined, keyword, literal, sql, textOf, wholeNumber } from './sql.ts';

describe('sql', () => {
  it('puts values where the template has them, on one line', () => {
    const statement = sql`ALTER DATABASE ${identifier('a "b"')}
      SET ${identifier('x.y')} TO ${joined([literal("it's"), literal('')])}, ${wholeNumber(-1)}, ${wholeNumber('18446744073709551615')}`;
    expect(textOf(statement)).toBe(`ALTER DATABASE "a ""b""" SET "x.y" TO 'it''s', '', -1, 18446744073709551615`);
  });

  it('takes no text: neither in a template nor as a statement', () => {
    const statements = (session: Session): unknown[] => [
      // @ts-expect-error a text has no kind
      sql`SELECT ${'1'}`,
      // @ts-expect-error a text is no Sql
      session.execute('SELECT 1'),
      // @ts-expect-error a text is no Sql
      session.query(`SELECT ${1}`),
      // @ts-expect-error nobody else can make one
      session.execute({ bytes: Buffer.from('SELECT 1') }),
    ];
    expect(statements).toHaveLength(1);
  });

  it.each([() => sql`SELECT E'\\n'`, () => sql`SELECT 1 -- one`, () => sql`SELECT /* one */ 1`])(
    'refuses a template with a backslash or a comment: %s',
    (make) => expect(make).toThrow('template'),
  );

  it('takes allowed words and whole numbers only', () => {
    const providers = ['libc', 'icu'] as const;
    expect(textOf(keyword('icu', providers))).toBe('icu');
    expect(() => keyword('libc; DROP ROLE x' as 'libc', providers)).toThrow();
    expect(() => keyword('a;b', ['a;b'])).toThrow();
    for (const value of ['1; DROP', '', '1.5', Number.NaN, 1e21]) expect(() => wholeNumber(value)).toThrow();
  });

  it('writes backslashes and control characters as escapes without a backslash', () => {
    expect(textOf(literal("a\n\\! touch 'x'!"))).toBe("U&'a!000a!005c!! touch ''x''!!' UESCAPE '!'");
    expect(textOf(identifier('a"\r\0\\'))).toBe(`U&"a""!000d!0000!005c" UESCAPE '!'`);
    expect(bytesOf(identifier(Buffer.from([0xe9, 0x5c]))).toString('latin1')).toBe(`U&"\xe9!005c" UESCAPE '!'`);
  });

  it('holds no backslash and no line break, whatever the values are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.uint8Array(), (text, bytes) => {
        const statement = sql`SELECT ${literal(text)} AS ${identifier(text)}, ${identifier(Buffer.from(bytes))}`;
        expect(bytesOf(statement).some((byte) => byte === 0x5c || byte < 0x20 || byte === 0x7f)).toBe(false);
      }),
    );
  });
});

it('no value ends the body of a DO', () => {
  expect(textOf(body(sql`BEGIN RESET ${identifier('a')}; END`))).toBe('$$ BEGIN RESET "a"; END $$');
  expect(textOf(body(sql`RESET ${identifier("$$'")}`))).toBe(`'RESET "$$''"'`);
});
