import { textOfBytes } from '@postgres-backuper/format';
import { joined, literal, type Sql, sql } from '../session/sql.ts';

/** Text that the server runs as SQL, in a transaction of its own. */
export interface TextToRun {
  readonly definition: string;
  /** Run after it in the same transaction; its failure undoes only itself. '': nothing. */
  readonly owner: string;
  /** Overrides the session's, as it is shown by `SHOW search_path`. */
  readonly searchPath?: string | undefined;
  /** Notes this in the journal of the database, in the same transaction. */
  readonly journal?: number | undefined;
}

/** What the server said about one text. */
export interface Refusal {
  readonly part: 'definition' | 'owner';
  readonly sqlState: string;
  /** In the language of the server. */
  readonly message: string;
  readonly detail: string;
  readonly hint: string;
}

/**
 * The statements for a text. It reaches the server as a value: psql finds no command and no variable in it. The answer
 * is the value of `ANSWER`: empty, or a Refusal as JSON. Only errors that concern the text are answers: a cancel or the
 * end of the session is an error of psql.
 */
export function runText({ definition, owner, searchPath, journal }: TextToRun): readonly Sql[] {
  const values: readonly (readonly [string, string])[] = [
    ['definition', definition],
    ['owner', owner],
    ['search_path', searchPath ?? ''],
    ['journal', journal === undefined ? '' : String(journal)],
  ];
  const sets = values.map(
    ([name, value]) => sql`pg_catalog.set_config(${literal(`pgbackuper.${name}`)}, ${literal(value)}, false) IS NULL`,
  );
  return [sql`SELECT WHERE ${joined(sets, sql` OR `)}`, RUN];
}

/** A session's settings for texts: how their string constants are to be read. */
export function textSettings({ standardStrings }: { readonly standardStrings: boolean }): Sql {
  return sql`SET pgbackuper.strings = ${literal(standardStrings ? 'on' : 'off')}; SET escape_string_warning = off`;
}

/** An expression for the answer of the last text. */
export const ANSWER = sql`pg_catalog.current_setting('pgbackuper.answer')`;

/** Undefined: done. `line`: the bytes of ANSWER, one character each. */
export function readAnswer(line: string): Refusal | undefined {
  return line === '' ? undefined : (JSON.parse(textOfBytes(Buffer.from(line, 'latin1'))) as Refusal);
}

/** Parts of messages are cut: one answer has 2,000 characters at most. */
const RUN = sql`
DO $backuper$
DECLARE
  part text := 'definition'; state text; said text; more text; advice text;
BEGIN
  PERFORM pg_catalog.set_config('pgbackuper.answer', '', false);
  BEGIN
    IF pg_catalog.length(pg_catalog.current_setting('pgbackuper.search_path')) OPERATOR(pg_catalog.>) 0 THEN
      PERFORM pg_catalog.set_config('search_path', pg_catalog.current_setting('pgbackuper.search_path'), true);
    END IF;
    PERFORM pg_catalog.set_config('standard_conforming_strings', pg_catalog.current_setting('pgbackuper.strings'), true);
    EXECUTE pg_catalog.current_setting('pgbackuper.definition');
    IF pg_catalog.length(pg_catalog.current_setting('pgbackuper.journal')) OPERATOR(pg_catalog.>) 0 THEN
      EXECUTE 'INSERT INTO pgbackuper_restore.done VALUES ($1)' USING pg_catalog.current_setting('pgbackuper.journal')::pg_catalog.int8;
    END IF;
    part := 'owner';
    BEGIN
      EXECUTE pg_catalog.current_setting('pgbackuper.owner');
      part := '';
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, said = MESSAGE_TEXT, more = PG_EXCEPTION_DETAIL, advice = PG_EXCEPTION_HINT;
    END;
  EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, said = MESSAGE_TEXT, more = PG_EXCEPTION_DETAIL, advice = PG_EXCEPTION_HINT;
  END;
  IF state IS NOT NULL THEN
    PERFORM pg_catalog.set_config('pgbackuper.answer', pg_catalog.json_build_object(
      'part', part, 'sqlState', state, 'message', pg_catalog.left(said, 1000),
      'detail', pg_catalog.left(more, 500), 'hint', pg_catalog.left(advice, 500))::pg_catalog.text, false);
  END IF;
END $backuper$`;
