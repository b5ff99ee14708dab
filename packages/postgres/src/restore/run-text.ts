import { textOfBytes } from '@postgres-backuper/format';
import { joined, literal, type Sql, sql, wholeNumber } from '../session/sql.ts';

/** Text that the server runs as SQL, in a transaction of its own. */
export interface TextToRun {
  readonly definition: string;
  /** Run after it in the same transaction; its failure undoes only itself. '': nothing. */
  readonly owner: string;
  /** Overrides the session's, as it is shown by `SHOW search_path`. */
  readonly searchPath?: string | undefined;
  /** Notes this in the journal of the database, in the same transaction. */
  readonly journal?: number | undefined;
  /** A failure ends the session: psql then says which source file raised it. */
  readonly endsSession?: boolean;
  /** The server says this word before and after the text, so that its warnings are known to be of this one. */
  readonly frame?: string | undefined;
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
 * A statement that makes the function of `runText` in the session's own schema. The function is compiled once, where a
 * `DO` block would be for every text. Needs the right to create temporary objects.
 */
export function textFunction({ standardStrings }: { readonly standardStrings: boolean }): Sql {
  return sql`SET pgbackuper.strings = ${literal(standardStrings ? 'on' : 'off')}; SET escape_string_warning = off; ${FUNCTION}`;
}

/**
 * An expression that runs a text and gives the answer: empty, or a Refusal as JSON. The text is a value: psql finds no
 * command and no variable in it. What a text raises is an answer, with whatever SQLSTATE; the end of the session is
 * an error of psql.
 */
export function runText({ definition, owner, searchPath, journal, ...how }: TextToRun): Sql {
  const note = journal === undefined ? sql`NULL` : wholeNumber(journal);
  const ends = how.endsSession === true ? sql`true` : sql`false`;
  const texts = joined([definition, owner, searchPath ?? '', how.frame ?? ''].map(literal));
  return sql`pg_temp.pgbackuper_run(${texts}, ${note}, ${ends})`;
}

/** Undefined: done. `line`: the bytes of the answer, one character each. */
export function readAnswer(line: string): Refusal | undefined {
  return line === '' ? undefined : (JSON.parse(textOfBytes(Buffer.from(line, 'latin1'))) as Refusal);
}

/** Parts of messages are cut: one answer has 2,000 characters at most. */
const FUNCTION = sql`
CREATE FUNCTION pg_temp.pgbackuper_run(definition text, owner text, path text, frame text, note int8, ends bool) RETURNS text LANGUAGE plpgsql AS $backuper$
DECLARE
  part text := 'definition'; state text; said text; more text; advice text;
BEGIN
  IF pg_catalog.length(frame) OPERATOR(pg_catalog.>) 0 THEN
    RAISE INFO '%', frame;
  END IF;
  BEGIN
    IF pg_catalog.length(path) OPERATOR(pg_catalog.>) 0 THEN
      PERFORM pg_catalog.set_config('search_path', path, true);
    END IF;
    PERFORM pg_catalog.set_config('standard_conforming_strings', pg_catalog.current_setting('pgbackuper.strings'), true);
    EXECUTE definition;
    IF note IS NOT NULL THEN
      EXECUTE 'INSERT INTO pgbackuper_restore.done VALUES ($1)' USING note;
    END IF;
    part := 'owner';
    IF pg_catalog.length(owner) OPERATOR(pg_catalog.>) 0 THEN
      BEGIN
        EXECUTE owner;
      EXCEPTION WHEN OTHERS OR ASSERT_FAILURE OR QUERY_CANCELED THEN
        IF ends THEN RAISE; END IF;
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, said = MESSAGE_TEXT, more = PG_EXCEPTION_DETAIL, advice = PG_EXCEPTION_HINT;
      END;
    END IF;
  EXCEPTION WHEN OTHERS OR ASSERT_FAILURE OR QUERY_CANCELED THEN
    IF ends THEN RAISE; END IF;
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, said = MESSAGE_TEXT, more = PG_EXCEPTION_DETAIL, advice = PG_EXCEPTION_HINT;
  END;
  IF pg_catalog.length(frame) OPERATOR(pg_catalog.>) 0 THEN
    RAISE INFO '%', frame;
  END IF;
  IF state IS NULL THEN
    RETURN '';
  END IF;
  RETURN pg_catalog.json_build_object('part', part, 'sqlState', state, 'message', pg_catalog.left(said, 1000),
    'detail', pg_catalog.left(more, 500), 'hint', pg_catalog.left(advice, 500))::pg_catalog.text;
END $backuper$`;
