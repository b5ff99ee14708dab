import { describe, expect, it } from 'vitest';
import { parseCopyStatement } from './copy-statement.ts';

const parse = (text: string) => parseCopyStatement(Buffer.from(text));

describe('parseCopyStatement', () => {
  it('takes target and columns as they are quoted', () => {
    const { target, columns, from } = parse('COPY s."T ""x"";\n" (a, "mid ünï", b2) FROM stdin;\n');
    expect(target.toString()).toBe('s."T ""x"";\n"');
    expect(columns.toString()).toBe('(a, "mid ünï", b2)');
    expect(from.toString()).toBe('COPY s."T ""x"";\n" (a, "mid ünï", b2) FROM stdin');
  });

  it('takes a table without columns', () => {
    expect(parse('COPY fid.no_columns  FROM stdin;\n').columns.length).toBe(0);
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
