import { expect, it } from 'vitest';
import { createScriptLexer } from './script-lexer.ts';
import type { ScriptPart } from './script-part.ts';

/** What the lexer makes of a script that comes in chunks of so many bytes. Rows of one table are joined. */
function split(script: string, chunkBytes = script.length): readonly string[] {
  const bytes = Buffer.from(script);
  const lexer = createScriptLexer();
  const parts: ScriptPart[] = [];
  for (let at = 0; at < bytes.length; at += Math.max(1, chunkBytes))
    parts.push(...lexer.push(bytes.subarray(at, at + chunkBytes)));
  const end = lexer.end();
  parts.push(...end.parts);
  const texts = parts.map((part) => {
    if (part.kind === 'statement') return `${part.line}${part.isUnsure ? '?' : ''} ${part.text}`;
    if (part.kind === 'data') return `rows${part.bytes}`;
    if (part.kind === 'origin') return `from ${part.serverVersion}`;
    return part.kind === 'connect' ? `to ${part.database}` : part.mark;
  });
  const joined = texts.reduce<string[]>((all, text) => {
    if (text.startsWith('rows') && all.at(-1)?.startsWith('rows')) all.push(`${all.pop()}${text.slice(4)}`);
    else all.push(text);
    return all;
  }, []);
  return end.isComplete ? joined : [...joined, '…'];
}

const CASES: readonly (readonly [script: string, parts: readonly string[]])[] = [
  ['SELECT 1; SELECT 2', ['1 SELECT 1;', '1 SELECT 2']],
  ['\ufeffSELECT 1;\n\n-- a\nSELECT 2;', ['1 SELECT 1;', '4 SELECT 2;']],
  [';;\n;', []],
  ["SELECT ';''; ', 2;x;", ["1 SELECT ';''; ', 2;", '1 x;']],
  ["SELECT 'a\\';x;", ["1? SELECT 'a\\';", '1 x;']],
  ["SELECT E'a\\';';x;", ["1 SELECT E'a\\';';", '1 x;']],
  ["SELECT e'\\\\';x;", ["1 SELECT e'\\\\';", '1 x;']],
  ["SELECT fe'\\';x;", ["1? SELECT fe'\\';", '1 x;']],
  [
    "SET standard_conforming_strings = off;SELECT 'a\\';';x;",
    ['1 SET standard_conforming_strings = off;', "1? SELECT 'a\\';';", '1 x;'],
  ],
  [
    "SELECT U&'\\0041;', U&\";\", N';', X'1;', b'0;';x;",
    ["1 SELECT U&'\\0041;', U&\";\", N';', X'1;', b'0;';", '1 x;'],
  ],
  ['SELECT "a"";", $$;$$, $a$;$$;$b$;$a$;x;', ['1 SELECT "a"";", $$;$$, $a$;$$;$b$;$a$;', '1 x;']],
  ['SELECT a$$b;$1;x;', ['1 SELECT a$$b;', '1 $1;', '1 x;']],
  ['/* ; /* ; */ ; */x;/**/y;', ['1 x;', '1 y;']],
  ['x -- ;\n+--;\r+ y;z;', ['1 x -- ;\n+--;\r+ y;', '2 z;']],
  ['x - /*;*/ -y * / 2;', ['1 x - /*;*/ -y * / 2;']],
  ['SELECT (1;2;(3)); x;', ['1 SELECT (1;2;(3));', '1 x;']],
  [
    'CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE 1 WHEN 1 THEN 2 END; RETURN 1; END; x;',
    ['1 CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE 1 WHEN 1 THEN 2 END; RETURN 1; END;', '1 x;'],
  ],
  [
    'CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC END; CREATE TABLE begin (i int); x;',
    ['1 CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC END;', '1 CREATE TABLE begin (i int);', '1 x;'],
  ],
  [
    'COPY "a;" (b) FROM stdin;\n1;\n\\\\.\n\\.x\n;\\.\n\\.\nx;',
    ['1 COPY "a;" (b) FROM stdin;', 'rows\n1;\n\\\\.\n\\.x\n;\\.\n\\.\n', '7 x;'],
  ],
  ['COPY a FROM stdin;\r\n\\.\r\nx;', ['1 COPY a FROM stdin;', 'rows\n\\.\r\n', '3 x;']],
  ['COPY a FROM stdin WITH (FORMAT csv); \n"\n\\.\n', ['1 COPY a FROM stdin WITH (FORMAT csv);', 'rows\n"\n\\.\n']],
  ['COPY (SELECT 1 FROM stdin) TO stdout;\nx;', ['1 COPY (SELECT 1 FROM stdin) TO stdout;', '2 x;']],
  ['COPY a FROM stdin;\n', ['1 COPY a FROM stdin;', '…']],
  ["SELECT '", ['…']],
  ['/* a', ['…']],
  ['CREATE TABLE a (', ['…']],
  ['\\restrict Ab1\nx;\n\\unrestrict Ab1\n', ['2 x;']],
  ['\\connect shop\n\\connect "a b"\n', ['to shop', 'to a b']],
  ['\\encoding SQL_ASCII\n\\connect -reuse-previous=on "dbname=\'a\\\'b ""c""\'"\n', ['to a\'b "c"']],
  ['-- PostgreSQL database dump\nx;\n-- PostgreSQL database dump complete\n', ['dump', '2 x;', 'dump-complete']],
  [
    'SELECT 1.5e-3, 0x1F, .5, 1_000, a[1:2], a[1:n], b::text, $1, c(d := 1);',
    ['1 SELECT 1.5e-3, 0x1F, .5, 1_000, a[1:2], a[1:n], b::text, $1, c(d := 1);'],
  ],
];

it.each(CASES)('splits %j', (script, parts) => {
  for (const bytes of [script.length * 4, 1, 2, 3, 5]) expect(split(script, bytes)).toEqual(parts);
});

it.each([
  ["SELECT E'a'\n'b\\';';", 'continues after'],
  ['\\! id', '\\!'],
  ['\\restrict a \\! id', '\\restrict'],
  ['\\connect a b', '\\connect'],
  ['\\connect "host=evil dbname=a" x', '\\connect'],
  ['SELECT 1 \\gexec', '\\gexec'],
  ['SELECT 1\\;', '\\;'],
  ["SELECT 1e'\\';';", '1e'],
  ['SELECT 1a$$;$$;', '1a$$'],
  ['SELECT $1a$$;$$;', 'parameter'],
  ['SELECT $ä$;$ä$;', "'$'"],
  ["SELECT :'DBNAME', :HOST;", 'variable'],
  ['SELECT :{?x};', 'variable'],
  ['SELECT :a$$;$$;', 'variable'],
  ["SELECT :e'\\';';", 'variable'],
  ['COPY a FROM stdin; x;', 'after COPY'],
  ['(COPY a FROM stdin; COPY b FROM stdin);', 'COPY FROM STDIN'],
  ["SET client_encoding TO 'gbk';", 'client_encoding'],
  ["SET NAMES 'Shift_JIS';", 'client_encoding'],
  ['SET standard_conforming_strings TO DEFAULT;', 'standard_conforming_strings'],
  ['SELECT 1;\0', 'bytes 0'],
])('refuses %j, which may mean two things', (script, what) => {
  for (const bytes of [script.length, 1]) expect(() => split(script, bytes)).toThrow(what);
});

it('holds no more than one statement and the newest rows', () => {
  const lexer = createScriptLexer();
  const rows = Buffer.alloc(64 * 1024, 'row\n');
  lexer.push(Buffer.from('COPY a FROM stdin;\n'));
  for (let count = 0; count < 100; count += 1) {
    const [part] = lexer.push(rows);
    expect(part).toMatchObject({ kind: 'data' });
    expect((part as { bytes: Buffer }).bytes.length).toBeGreaterThan(rows.length - 8);
  }
});
