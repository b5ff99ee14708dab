import { randomBytes } from 'node:crypto';
import { BackuperError, type Context, type ProgramEnd, programError } from '@postgres-backuper/base';
import {
  CLEAR_FUNCTION,
  type Client,
  type CopyStatement,
  clearTable,
  connectError,
  failedStatement,
  identifier,
  joined,
  KEEPALIVES,
  literal,
  noteStatement,
  type Sql,
  serverErrorOf,
  sql,
  startPsql,
  statementErrorOf,
  WITH_SQLSTATE,
} from '@postgres-backuper/postgres';
import { createOutput, createSender, ProgramEnded } from './psql-stream.ts';
import { type CopyRequest, copyStatement, createStatements, NO_TEXT, rowsAsJson, rowsOf } from './run-statements.ts';
import { createTextRunner, type RunnableText, type TextAnswers } from './run-texts.ts';
import { createServerWarnings } from './server-warnings.ts';

/**
 * A session that sends and reads COPY data, one table after another: one long-lived psql that ends at the first error,
 * so that data can never be run as commands, and that runs no backslash commands.
 */
export interface CopySession {
  /**
   * Loads rows in one transaction, which commits only when `rows` ended without an error. Returns the number of rows
   * that the server counted. Errors: restore-failed (with the server's message), server-unavailable, those of `rows`.
   */
  load(request: LoadRequest, rows: AsyncIterable<Buffer>): Promise<number>;
  /**
   * Runs texts one after another, each in a transaction of its own. Errors: server-unavailable and others that do not
   * concern one text.
   */
  run(texts: readonly RunnableText[]): Promise<TextAnswers>;
  /**
   * Loads rows in the transaction that is open. Returns the number of rows that the server counted. Errors: as load.
   */
  loadWithin(request: CopyRequest, rows: AsyncIterable<Buffer>): Promise<number>;
  /** Runs statements one after another. Errors: restore-failed (with the server's message), server-unavailable. */
  execute(...statements: readonly Sql[]): Promise<void>;
  /** Rows of a query as objects; names are as textOfBytes reads the dump's. Errors: as execute. */
  query<Row>(statement: Sql): Promise<Row[]>;
  /** The rows of a table as COPY text, as pg_dump reads them. Errors: restore-failed, server-unavailable. */
  read(request: { readonly name: string; readonly copy: CopyStatement }): AsyncGenerator<Buffer>;
  /** The rows of a partitioned table, columns in the order given. Errors: restore-failed, server-unavailable. */
  readRoot(request: {
    readonly name: string;
    readonly copy: CopyStatement;
    readonly columns: readonly Buffer[];
  }): AsyncGenerator<Buffer>;
  close(): Promise<void>;
}

export interface LoadRequest extends CopyRequest {
  /**
   * Empties the table first, in the same transaction: rows then are in the order in which they came, and are frozen
   * (COPY FREEZE), which saves the first vacuum a rewrite. For tables that nobody else reads yet.
   */
  readonly truncate: boolean;
  /** Of about a page: only emptied if it ever had a row, and not frozen, which both cost more than such rows. */
  readonly isSmall: boolean;
  /** Overrides the empty one, for functions that name others without a schema. */
  readonly searchPath?: string | undefined;
  /** Notes this in the journal of the database, in the same transaction. */
  readonly journal?: number | undefined;
}

/**
 * Memory for indexes: a quarter of shared_buffers, 1 GB at most, unless the server gives more (PostgreSQL's own default
 * of 64 MB is for servers of 128 MB). Keepalives: a machine that vanishes gives its claims back after 35 s. Otherwise settings of pg_restore, and those that it leaves to database and role (measured: array_nulls corrupts). */
const SETTINGS = sql`
SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0;
SET search_path = ''; SET default_tablespace = ''; SET row_security = off; SET check_function_bodies = off; SET xmloption = content;
SET standard_conforming_strings = on; SET client_min_messages = warning; SET array_nulls = on;
SET default_transaction_read_only = off; SET default_transaction_isolation = 'read committed';
SET DateStyle = ISO; SET IntervalStyle = postgres; SET extra_float_digits = 3; SET synchronize_seqscans = off;
SET synchronous_commit = off;
${KEEPALIVES};
DO $$ BEGIN PERFORM pg_catalog.set_config(name, '0', false) FROM pg_catalog.pg_settings
 WHERE name IN ('transaction_timeout', 'idle_session_timeout');
 PERFORM pg_catalog.set_config('maintenance_work_mem', least(1048576, b.setting::pg_catalog.int8 * 8 / 4) || 'kB', false)
  FROM pg_catalog.pg_settings m, pg_catalog.pg_settings b
 WHERE m.name = 'maintenance_work_mem' AND b.name = 'shared_buffers'
   AND m.setting::pg_catalog.int8 < least(1048576, b.setting::pg_catalog.int8 * 8 / 4); END $$`;

/** How the texts of a dump are to be read. */
export interface DumpTexts {
  readonly encoding: string;
  /** False: in its string constants a backslash escapes. Default: true. */
  readonly standardStrings?: boolean;
}

/** Errors: those of a connection, program-missing. */
export async function openCopySession(
  client: Client,
  dump: DumpTexts,
  context: Pick<Context, 'clock' | 'signal'> & Partial<Pick<Context, 'emit'>>,
): Promise<CopySession> {
  const { program, send, output, warnings } = await startSession(client, dump, context);
  const guarded = async <Result>(name: string | undefined, work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      program.stop(); // the transaction ends with the session
      throw error instanceof ProgramEnded ? loadError(error.end, name) : error;
    }
  };
  async function* readSource(name: string, source: Sql): AsyncGenerator<Buffer> {
    const marker = randomBytes(16).toString('hex');
    await guarded(name, () => send.statements(sql`COPY ${source} TO stdout`, sql`SELECT ${literal(marker)}`));
    for (;;) {
      const chunk = await guarded(name, () => output.until(marker));
      if (chunk === undefined) return;
      yield chunk;
    }
  }
  const prepareToClear = once(() => send.statements(CLEAR_FUNCTION));
  const runTexts = createTextRunner({ send, output, warnings }, dump);
  const { copyIn, answer } = createStatements(send, output);
  const session: CopySession = {
    load: (request, rows) =>
      guarded(request.name, async () => {
        if (request.isSmall && request.truncate) await prepareToClear();
        await send.together(...loadStatements(request));
        const count = await copyIn(request, rows);
        const note = request.journal === undefined ? [] : [noteStatement(request.journal)];
        await send.together(...note, sql`COMMIT`);
        await output.tag(/^(COMMIT|ROLLBACK)$/);
        return count;
      }),
    loadWithin: (request, rows) =>
      guarded(request.name, async () => {
        await send.statements(copyStatement(request));
        return copyIn(request, rows);
      }),
    execute: async (...statements) => void (await guarded(undefined, () => answer(NO_TEXT, ...statements))),
    query: <Row>(statement: Sql) => guarded(undefined, async () => rowsOf<Row>(await answer(rowsAsJson(statement)))),
    run: (texts) => guarded(undefined, () => runTexts(texts)),
    read: ({ name, copy }) => readSource(name, sql`${copy.target} ${copy.columns}`),
    readRoot: ({ name, copy, columns }) =>
      readSource(name, sql`(SELECT ${joined(columns.map(identifier))} FROM ${copy.target})`),
    close: async () => {
      program.stdin.end();
      await program.leave();
    },
  };
  await guarded(undefined, async () => {
    const marker = randomBytes(16).toString('hex');
    await send.statements(SETTINGS, sql`SELECT ${literal(marker)}`);
    await output.tag(new RegExp(`^(${marker})$`));
  });
  return session;
}

async function startSession(
  client: Client,
  { encoding }: DumpTexts,
  context: Pick<Context, 'clock' | 'signal'> & Partial<Pick<Context, 'emit'>>,
) {
  const args = ['--no-align', '--tuples-only', '--set=ON_ERROR_STOP=1', WITH_SQLSTATE, '--pset=pager=off'];
  const env = { PGCLIENTENCODING: encoding, PGTZ: 'UTC', LC_MESSAGES: 'C' };
  const warnings = createServerWarnings(context);
  const program = await startPsql(client, { args, env, encoding, onStderrLine: warnings.take }, context);
  void program.ended.then(warnings.end);
  const send = createSender(program, context.signal);
  return { program, send, output: createOutput(program, context.signal, send.flush), warnings };
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}

function loadStatements({ truncate, isSmall, searchPath, ...request }: LoadRequest): readonly Sql[] {
  return [
    sql`BEGIN`,
    ...(searchPath === undefined
      ? []
      : [sql`SELECT WHERE pg_catalog.set_config('search_path', ${literal(searchPath)}, true) IS NULL`]),
    ...(truncate ? [isSmall ? clearTable(request.copy) : sql`TRUNCATE ONLY ${request.copy.target}`] : []),
    sql`${copyStatement(request)}${truncate && !isSmall ? sql` WITH (FREEZE)` : sql``}`,
  ];
}

/** `name`: of a table; undefined: of anything else. */
function loadError(end: ProgramEnd, name: string | undefined): BackuperError {
  const said = failedStatement(end.stderr);
  if (said === undefined) return connectError(end.stderr) ?? programError(end);
  const what = name === undefined ? '' : `table '${name}' could not be loaded: `;
  const text = `${what}the server said '${said.detail === undefined ? said.message : `${said.message}: ${said.detail}`}'`;
  const known = name === undefined ? statementErrorOf(said) : serverErrorOf(said);
  return known ?? new BackuperError('restore-failed', text);
}
