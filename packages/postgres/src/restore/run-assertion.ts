import { isBackuperError } from '@postgres-backuper/base';
import { withoutEventTriggers } from '../session/event-triggers.ts';
import type { Session } from '../session/psql.ts';
import { literal, sql } from '../session/sql.ts';
import { tokensOf } from '../toc/sql-tokens.ts';

/** One statement of a file. */
export interface FileStatement {
  /** Without its semicolon. */
  readonly text: string;
  /** Of its first word, from 1. */
  readonly line: number;
}

/** Pure. The statements of a file of SQL, at its semicolons outside of strings, comments and parentheses. */
export function statementsOf(file: string): readonly FileStatement[] {
  const text = file.replace(/^\ufeff/, '');
  const statements: FileStatement[] = [];
  let begin = -1;
  let end = 0;
  const finish = (): void => {
    if (begin >= 0) statements.push({ text: text.slice(begin, end), line: text.slice(0, begin).split('\n').length });
    begin = -1;
  };
  for (const token of tokensOf(text)) {
    if (token.value === ';' && token.kind === 'sign' && token.depth <= 0) finish();
    else {
      if (begin < 0) begin = token.begin;
      end = token.end;
    }
  }
  finish();
  return statements;
}

/** A row of an assertion. */
export interface AssertedRow {
  readonly name: string | null;
  readonly ok: boolean | null;
  readonly detail: string | null;
}

/** Rows, or why there are none: a sentence. */
export type Asserted = { readonly rows: readonly AssertedRow[] } | { readonly problem: string };

/** Prepares a session for `runAssertion`: the statements are values, in which psql finds no command. Errors: those of Session. */
export async function prepareAssertions(session: Session, searchPath: string): Promise<void> {
  await withoutEventTriggers(session);
  await session.execute(FUNCTION);
  await session.query(sql`SELECT pg_catalog.set_config('search_path', ${literal(searchPath)}, false) AS path`);
}

/** Runs one query, read-only, in a transaction that is rolled back. What the server refuses is a problem. Errors: server-unavailable. */
export async function runAssertion(session: Session, { text }: FileStatement): Promise<Asserted> {
  await session.execute(sql`BEGIN READ ONLY`);
  try {
    const rows = await session.query<{ a: Answer }>(sql`SELECT a FROM pg_temp.pgbackuper_assert(${literal(text)}) a`);
    return read(rows.map(({ a }) => a));
  } catch (error) {
    if (!isBackuperError(error, 'statement-failed', 'privilege-missing')) throw error;
    const { sqlState, message = error.message } = (error.result ?? {}) as { sqlState?: string; message?: string };
    return { problem: problemOf(sqlState, message) };
  } finally {
    await session.execute(sql`ROLLBACK`);
  }
}

interface Answer extends AssertedRow {
  /** Null: no row at all. */
  readonly n: number | null;
  readonly types: readonly [string, string, string];
}

const TEXTS: readonly string[] = ['text', 'character varying', 'character', 'name', 'unknown'];

/** Pure. */
function read(answers: readonly Answer[]): Asserted {
  const [name = 'text', ok = 'boolean', detail = 'text'] = answers[0]?.types ?? [];
  const wrong = [
    ...(TEXTS.includes(name) ? [] : [`'name' is ${name}, not text`]),
    ...(ok === 'boolean' ? [] : [`'ok' is ${ok}, not boolean`]),
    ...(TEXTS.includes(detail) ? [] : [`'detail' is ${detail}, not text`]),
  ];
  if (wrong.length > 0) return { problem: `${COLUMNS}: ${wrong.join(', ')}` };
  const there = answers.filter(({ n }) => n !== null).sort((a, b) => (a.n ?? 0) - (b.n ?? 0));
  return { rows: there.map((row) => ({ name: row.name, ok: row.ok, detail: row.detail })) };
}

const COLUMNS = 'the columns of an assertion are name (text), ok (boolean) and detail (text)';

function problemOf(sqlState: string | undefined, message: string): string {
  const isOfColumn = sqlState === '42703' && /\ba\.(name|ok|detail)\b/.test(message);
  return isOfColumn ? `${COLUMNS}: one is missing: the server said '${message}'` : `the server said '${message}'`;
}

/** The line feed ends a comment at the end of the statement. The outer join gives types where there are no rows. */
const FUNCTION = sql`
CREATE FUNCTION pg_temp.pgbackuper_assert(statement text) RETURNS SETOF json LANGUAGE plpgsql AS $backuper$
BEGIN
  RETURN QUERY EXECUTE 'SELECT pg_catalog.json_build_object(''n'', a.pgbackuper_n, ''name'', a.name, ''ok'', a.ok, ''detail'', a.detail,
      ''types'', ARRAY[pg_catalog.pg_typeof(a.name)::text, pg_catalog.pg_typeof(a.ok)::text, pg_catalog.pg_typeof(a.detail)::text])
    FROM (SELECT) one LEFT JOIN (SELECT pg_catalog.row_number() OVER () AS pgbackuper_n, s.* FROM (' || statement || E'\n) s) a ON true';
END $backuper$`;
