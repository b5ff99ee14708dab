import { join } from 'node:path';
import { BackuperError } from '@postgres-backuper/base';
import { postgresBinaries, run, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createScriptLexer } from '../../packages/legacy/src/lexer/script-lexer.ts';
import type { ScriptPart } from '../../packages/legacy/src/lexer/script-part.ts';
import { type Sent, startQueryRecorder } from './query-recorder.ts';

/** So many random scripts for each psql; `PGBACKUPER_SCRIPTS=5000` for a long run. */
const SCRIPTS = Number(process.env.PGBACKUPER_SCRIPTS ?? 120);
let recorder: Awaited<ReturnType<typeof startQueryRecorder>>;
beforeAll(async () => {
  recorder = await startQueryRecorder((query) => /^\s*copy t from stdin/i.test(withoutComments(query)));
});
afterAll(() => recorder?.stop());

const PIECES = [
  ...["'", "''", "\\'", '\\\\', '\\', '"', '""', "E'", "e'", "U&'", 'U&"', "N'", "B'", "x'", "n'e'", "re'"],
  ...['$$', '$a$', '$b$', '$', 'a$$', '$a', '$1', '$1$$', '--', '- -', '/*', '*/', '/', '*', '/**/', '+-', '@-', '->'],
  ...[';', ';\n', '; ', '(', ')', '((', '))', '\n', '\n', '\r', '\r\n', '\t', ' ', ' ', ' ', '\f'],
  ...['1', '1.5', '1e', '1e5', '1a', '0x', '.', '..', ':', '::', ':=', ':a', ":'a'", ':"a"', 'é', 'ä$$', '=', ','],
  ...['CREATE', 'OR', 'REPLACE', 'FUNCTION', 'PROCEDURE', 'begin', 'BEGIN ATOMIC', 'CASE', 'END', 'end', 'TABLE'],
  ...['\nSET standard_conforming_strings = on;\n', '\nSET standard_conforming_strings = off;\n', 'SELECT', 'x', 'u&'],
  ...['\nCOPY t FROM stdin;\n1\n\\.\n', '\nCOPY t FROM stdin;\n\\.\n', "\nCOPY t FROM stdin;\n';$$\n\\.x\n \\.\n\\.\n"],
  ...[
    "\nSELECT 'a';\n",
    "'a\\';",
    "E'a\\';'",
    "E'a\\\\';",
    "E'a'\n'b'",
    "'a'\n'b'",
    "'a' -- b\n 'c'",
    '$$;$$',
    '$a$;$$;$a$',
  ],
  ...['CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE WHEN 1 THEN 2 END; END;\n', '/* a /* ; */ ; */', '";"', "''';'''"],
];

it.each(testMajors())(
  'cuts random scripts where psql %i does',
  async (major) => {
    const { binDir } = await postgresBinaries(major);
    const psql = join(binDir, 'psql');
    let [compared, statements] = [0, 0];
    for (let seed = 1; compared < SCRIPTS && seed < SCRIPTS * 200; seed += 1) {
      const script = randomScript(seed);
      const parts = lex(script);
      if (parts === undefined || EMPTY_BEHIND_COPY.test(withoutComments(script))) continue;
      compared += 1;
      statements += parts.length;
      for (const part of parts) expect(isSure(part), `seed ${seed}: ${JSON.stringify(part)}`).toBe(true);
      const [whole, single] = [await sentBy(psql, script), await sentBy(psql, apart(parts))];
      expect(joinParts(whole), `seed ${seed}: ${JSON.stringify(script)}`).toEqual(alone(single));
    }
    expect(compared).toBe(SCRIPTS);
    expect(statements).toBeGreaterThan(SCRIPTS);
  },
  600_000,
);

/** Not more random than its seed. */
function randomScript(seed: number): string {
  let state = seed * 2_654_435_761;
  const next = (below: number): number => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
  const length = 4 + next(36);
  return Array.from({ length }, () => PIECES[next(PIECES.length)] + (next(3) === 0 ? ' ' : '')).join('');
}

/** Undefined: refused, or it ends inside of something. */
function lex(script: string): readonly ScriptPart[] | undefined {
  try {
    const lexer = createScriptLexer();
    const parts = [...lexer.push(Buffer.from(script))];
    const end = lexer.end();
    const all = [...parts, ...end.parts];
    return end.isComplete && !all.some(isStrange) ? all : undefined;
  } catch (error) {
    if (error instanceof BackuperError) return undefined;
    throw error;
  }
}

const EMPTY_BEHIND_COPY = /\n\\\.\r?\n(?:\s|--.*)*;/;

/**
 * psql 18.6 and newer skip rows behind what they take for a COPY that failed: a statement whose first word is `copy`
 * wherever it stands, and one without a word behind a COPY. The server takes neither for a statement,
 * and the lexer leaves out the empty ones.
 */
function isStrange(part: ScriptPart): boolean {
  if (part.kind !== 'statement') return false;
  const [head = []] = part.heads;
  const first = head.find((token, at) => /^[a-z_]/.test(token) && !(token === 'u' && head[at + 1] === '&'));
  return first === undefined || (first === 'copy' && head[0] !== 'copy');
}

/** A statement that is not called unsure ends at the same place with the other value of standard_conforming_strings. */
function isSure(part: ScriptPart): boolean {
  if (part.kind !== 'statement' || part.isUnsure || !part.isEnded) return true;
  const strings = part.standardStrings ? 'off' : 'on';
  try {
    const [, other] = createScriptLexer().push(
      Buffer.from(`SET standard_conforming_strings = ${strings};${part.text}${' '.repeat(100)}`),
    );
    return other?.kind === 'statement' && other.text.equals(part.text);
  } catch {
    return true; // refused
  }
}

const BORDER = '/*border*/';

/** Each statement between two others, which psql can only see when it cuts there. */
function apart(parts: readonly ScriptPart[]): string {
  const texts = parts.map((part, index) => {
    if (part.kind === 'data') return part.bytes.toString();
    if (part.kind !== 'statement') return '';
    const strings = part.standardStrings ? 'on' : 'off';
    const end = part.isEnded ? '' : '\n;';
    return `\nSET standard_conforming_strings = ${strings} ${BORDER};\nx${BORDER}${index};\n${part.text}${end}`;
  });
  return `${texts.join('')}\nx${BORDER}end;\n`;
}

/** What was sent between the borders; two statements between them stay two. */
function alone(sent: readonly Sent[]): readonly string[] {
  const isBorder = (each: Sent): boolean => 'query' in each && each.query.includes(BORDER);
  expect(isBorder(sent.at(-1) as Sent)).toBe(true);
  return joinParts(sent.filter((each) => !isBorder(each)));
}

/** Without what the two may differ in: comments and blanks in front, a semicolon that the last one lacks. */
function joinParts(sent: readonly Sent[]): readonly string[] {
  return sent.flatMap((each) => {
    if ('data' in each) return [`data ${each.data}`];
    const query = withoutFirstComments(each.query).replace(/[\s;]*$/, '');
    return query === '' ? [] : [query];
  });
}

function withoutFirstComments(text: string): string {
  const begin = /^(?:[\s;]|--.*)+/.exec(text)?.[0].length ?? 0;
  if (!text.startsWith('/*', begin)) return text.slice(begin);
  let depth = 0;
  for (let at = begin; at < text.length; at += 2) {
    if (text.startsWith('/*', at)) depth += 1;
    else if (text.startsWith('*/', at)) depth -= 1;
    else at -= 1;
    if (depth === 0) return withoutFirstComments(text.slice(at + 2));
  }
  return '';
}

function withoutComments(text: string): string {
  const inner = /\/\*(?:(?!\/\*|\*\/)[\s\S])*\*\//g;
  return inner.test(text) ? withoutComments(text.replace(inner, '')) : text;
}

async function sentBy(psql: string, script: string): Promise<readonly Sent[]> {
  recorder.take();
  const env = {
    PATH: '/usr/bin:/bin',
    PGHOST: '127.0.0.1',
    PGPORT: String(recorder.port),
    PGUSER: 'x',
    PGDATABASE: 'x',
    LC_ALL: 'C',
  };
  await run(psql, ['-X', '-q', '-f', '-'], {
    env: { ...env, PGSSLMODE: 'disable', PGGSSENCMODE: 'disable' },
    input: script,
  });
  return recorder.take();
}
