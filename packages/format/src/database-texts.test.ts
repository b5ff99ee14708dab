import { describe, expect, it } from 'vitest';
import { aclItem, copyStatement, encoding, line, name, prose, setting, version } from './database-texts.ts';

const COMMAND = '\n\\! id\n';

describe.each([
  [
    'an encoding',
    encoding,
    ['UTF8', 'SQL_ASCII', 'LATIN10', 'WIN1252'],
    ['SJIS', 'utf8', 'UTF8 ', `UTF8${COMMAND}`, ''],
  ],
  ['a name', name, ['a', 'A "b"\n\\! \'c\'', 'ü'.repeat(63)], ['', 'a\0', 'a'.repeat(1025)]],
  [
    'a version',
    version,
    ['18.6', '15.18 (Debian 15.18-0+deb12u1)', '19beta1'],
    ['', 'a18', `18.6${COMMAND}`, `1${'8'.repeat(200)}`],
  ],
  [
    'a line',
    line,
    ['', 'de_DE.UTF-8@euro', 'Norwegian (Bokmål)_Norway.1252'],
    [`C${COMMAND}`, 'C\x7f', 'C\x1b[0m', 'C'.repeat(1025)],
  ],
  ['prose', prose, ['', COMMAND, 'x'.repeat(100_000)], ['a\0b']],
  [
    'a setting',
    setting,
    ['a=', 'search_path="$user", public', `my.x-y=${COMMAND}`],
    ['a', '=a', `a${COMMAND}=b`, 'a=\0'],
  ],
  ['a grant', aclItem, ['=Tc/o', '"a=b"=C*Tc/"o\n"', '=/o'], ['', 'a', 'a=C', 'a=C;/o', 'a=C/']],
  [
    'a copy statement',
    copyStatement,
    ['COPY s.t  FROM stdin;\n', 'COPY s."t;"" ""\n" (a, "b)") FROM stdin;'],
    [
      "COPY s.t (a) FROM PROGRAM 'id';\n",
      `COPY s.t (a) FROM stdin;${COMMAND}`,
      'COPY t (a) FROM stdin;\n',
      'COPY s."\0" FROM stdin;\n',
    ],
  ],
])('%s', (_, shape, good, bad) => {
  it.each(good)('may be %j', (text) => expect(shape(text, 'x')).toBe(text));
  it.each([...bad, 1, null])('is not %j', (value) => expect(() => shape(value, 'x')).toThrow("field 'x'"));
});
