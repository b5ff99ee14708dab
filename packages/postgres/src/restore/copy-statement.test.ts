import { describe, expect, it } from 'vitest';
import { textOf } from '../session/sql.ts';
import { parseCopyStatement } from './copy-statement.ts';

const parse = (text: string) => parseCopyStatement(Buffer.from(text));

describe('parseCopyStatement', () => {
  it('takes the names of target and columns and quotes them anew', () => {
    const { target, columns, names } = parse('COPY s."T ""x"";\n" (a, "mid ünï", "b\\!") FROM stdin;\n');
    expect(textOf(target)).toBe(`"s".U&"T ""x"";!000a" UESCAPE '!'`);
    expect(textOf(columns)).toBe(`("a", "mid ünï", U&"b!005c!!" UESCAPE '!')`);
    expect(names.map(String)).toEqual(['a', 'mid ünï', 'b\\!']);
  });

  it('takes a table without columns', () => {
    expect(textOf(parse('COPY fid.no_columns  FROM stdin;\n').columns)).toBe('');
  });

  it.each([
    "COPY s.t (a) FROM PROGRAM 'id';\n",
    'COPY s.t (a) FROM stdin;\n\\! id\n',
    'COPY s.t (a) FROM stdin; DROP TABLE x;\n',
    'COPY s.t (a) FROM stdin WITH (FORMAT csv);\n',
    'DROP TABLE x;\n',
    "COPY s.t FROM '/etc/passwd';\n",
    '',
  ])('refuses %j', (text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'catalog-invalid' }));
  });
});
