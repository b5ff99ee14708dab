import { randomBytes } from 'node:crypto';
import { BackuperError, type Context, type Program, programError } from '@postgres-backuper/base';
import { textOfBytes } from '@postgres-backuper/format';
import type { Programs } from './client-programs.ts';
import { firstConnectError } from './connect-error.ts';
import { onDatabase, type Server } from './server.ts';
import { meaningOfStatement } from './server-words.ts';
import { bytesOf, type Sql, sql } from './sql.ts';
import { type Psql, startPsql } from './start-psql.ts';

/** A session on a server: one long-lived psql. Statements run one after another; they may be requested ahead. */
export interface Session {
  /** Rows of a query as objects; pass numbers beyond 2^53 as text. Errors: statement-failed, server-unavailable. */
  query<Row>(statement: Sql): Promise<Row[]>;
  /** Statements without a result. Errors: statement-failed (the last one that failed), server-unavailable. */
  execute(statement: Sql): Promise<void>;
  /**
   * Writes the output of a `COPY … TO STDOUT` to a file or named pipe, which psql opens and closes. Errors: as execute.
   */
  copyTo(path: string, statement: Sql): Promise<void>;
  /** Ends the session and any open transaction. */
  close(): Promise<void>;
}

/**
 * Settings that a session must not take from the database, the role or the server. A server that waits for a lock
 * notices the end of its client only if it checks the connection, which in all versions works only on Linux. From a
 * database in SQL_ASCII the server would otherwise refuse to send bytes that are not UTF-8. A database in UTF8 sends
 * names of the cluster unchanged, and psql would drop the parts that are not UTF-8.
 */
const SESSION_SETTINGS = sql`
SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0;
SET row_security = off; SET DateStyle = ISO; SET IntervalStyle = postgres; SET extra_float_digits = 3;
SET standard_conforming_strings = on; SET search_path = ''; SET synchronize_seqscans = off; SET array_nulls = on;
SET default_transaction_read_only = off; SET client_min_messages = error;
SELECT pg_catalog.set_config(name, '0', false) FROM pg_catalog.pg_settings
 WHERE name IN ('transaction_timeout', 'idle_session_timeout');
SELECT pg_catalog.set_config(name, '2s', false) FROM pg_catalog.pg_settings
 WHERE name = 'client_connection_check_interval' AND pg_catalog.version() LIKE '%linux%';
SELECT pg_catalog.set_config('client_encoding', 'SQL_ASCII', false)
 WHERE pg_catalog.current_setting('server_encoding') IN ('SQL_ASCII', 'UTF8');`;

/**
 * Opens a session. Errors: program-missing, server-unreachable, server-unavailable, login-failed, database-missing,
 * database-closed, privilege-missing, connection-failed.
 */
export async function openSession(
  client: { readonly server: Server; readonly programs: Pick<Programs, 'psql'> },
  context: Pick<Context, 'clock' | 'signal'>,
): Promise<Session> {
  const session = await openBareSession(client, context);
  try {
    await applySessionSettings(session);
  } catch (error) {
    await session.close();
    throw error;
  }
  return session;
}

/**
 * A session with unchanged settings: through a pooler that shares connections between clients, a SET would affect other
 * clients. Connects at its first statement, which throws the errors of openSession.
 */
export async function openBareSession(
  client: { readonly server: Server; readonly programs: Pick<Programs, 'psql'> },
  context: Pick<Context, 'clock' | 'signal'>,
): Promise<Session> {
  const args = ['--quiet', '--no-align', '--tuples-only', '--pset=pager=off'];
  const program = await startPsql(client, { args, env: { PGCLIENTENCODING: 'UTF8' } }, context);
  return createSession(program, client.server);
}

/** Applies to a bare session the settings that all other sessions have. */
export async function applySessionSettings(session: Session): Promise<void> {
  await session.execute(SESSION_SETTINGS);
}

/** Opens a session, runs `use` and always closes the session. */
export async function withSession<Result>(
  client: { readonly server: Server; readonly programs: Pick<Programs, 'psql'> },
  context: Pick<Context, 'clock' | 'signal'>,
  use: (session: Session) => Promise<Result>,
): Promise<Result> {
  const session = await openSession(client, context);
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}

/** Opens a session on the first of `databases` of the same server that can be reached. */
export async function openMaintenanceSession(
  client: { readonly server: Server; readonly programs: Pick<Programs, 'psql'> },
  databases: readonly string[],
  context: Pick<Context, 'clock' | 'signal'>,
): Promise<Session> {
  let first: unknown;
  for (const dbname of databases) {
    try {
      return await openSession({ ...client, server: onDatabase(client.server, dbname) }, context);
    } catch (error) {
      if (!isOfDatabase(error)) throw error;
      first ??= error;
    }
  }
  throw first;
}

/** Whether the error is about this database only: pg_hba.conf may admit the role to another one. */
function isOfDatabase(error: unknown): boolean {
  if (!(error instanceof BackuperError)) return false;
  return (
    /^(database-|privilege-)/.test(error.code) || (error.code === 'login-failed' && /pg_hba\.conf/.test(error.message))
  );
}

/** No SQLSTATE: psql sets one with the first error. */
const NO_ERROR = 'none';

/** Lines for psql before and after a statement, without text from outside. */
interface Around {
  readonly before: string;
  readonly after: string;
}

function createSession(program: Psql, server: Server): Session {
  const answers = createAnswerReader(program, server);
  const ask = (statement: Sql, { before, after }: Around = { before: '', after: '' }): Promise<string> => {
    const marker = randomBytes(12).toString('hex');
    // psql reports the error itself: standard error has no order with standard output. Not :ERROR, which is about the
    // last statement alone, and that is the empty one of our ';' where the text ends with another.
    const begin = `\\set LAST_ERROR_SQLSTATE ${NO_ERROR}\n\\set LAST_ERROR_MESSAGE ''\n${before}`;
    const end = `${after}\\echo ${marker} :'LAST_ERROR_SQLSTATE' :'LAST_ERROR_MESSAGE' ${marker}\n`;
    program.stdin.write(
      Buffer.concat([Buffer.from(program.ours(begin)), bytesOf(statement), Buffer.from(`\n;\n${program.ours(end)}`)]),
    );
    return answers.next(marker);
  };
  return {
    query: async <Row>(statement: Sql) => {
      const text = await ask(
        sql`SELECT coalesce(pg_catalog.json_agg(pg_catalog.row_to_json(q)), '[]'::json) FROM (${statement}) q`,
      );
      return JSON.parse(text) as Row[];
    },
    execute: async (statement) => {
      await ask(statement);
    },
    copyTo: async (path, statement) => {
      await ask(statement, { before: `\\o ${quotePath(path)}\n`, after: '\\o\n' });
    },
    close: async () => {
      program.stdin.end();
      if (answers.isWaiting()) program.stop();
      await program.leave();
    },
  };
}

/** psql's own quotes. Not `|`: psql would start a program. */
function quotePath(path: string): string {
  if (!path.startsWith('/')) throw new Error('no absolute path');
  return `'${path.replaceAll('\\', '\\\\').replaceAll("'", "''").replaceAll('\n', '\\n')}'`;
}

interface Waiting {
  readonly marker: string;
  readonly resolve: (text: string) => void;
  readonly reject: (error: unknown) => void;
}

function createAnswerReader(program: Program, server: Server) {
  let buffer = '';
  const waiting: Waiting[] = [];
  let failure: BackuperError | undefined;
  const settle = (): void => {
    for (let first = waiting[0]; first !== undefined && settleOne(first); first = waiting[0]) waiting.shift();
  };
  const settleOne = ({ marker, resolve, reject }: Waiting): boolean => {
    const begin = buffer.indexOf(marker);
    const end = begin < 0 ? -1 : buffer.indexOf(`${marker}\n`, begin + marker.length);
    if (end >= 0) {
      const text = textOfBytes(Buffer.from(buffer.slice(0, begin), 'latin1'));
      const status = textOfBytes(Buffer.from(buffer.slice(begin + marker.length, end), 'latin1')).trim();
      buffer = buffer.slice(end + marker.length + 1);
      if (status.startsWith(`'${NO_ERROR}'`)) resolve(text);
      else reject(statementError(status));
    } else if (failure !== undefined) {
      reject(failure);
    }
    return end >= 0 || failure !== undefined;
  };
  program.stdout.setEncoding('latin1'); // each character is a byte until its answer is whole
  program.stdout.on('data', (text: string) => {
    buffer += text;
    settle();
  });
  void program.ended.then((end) => {
    failure = firstConnectError(end.stderr, server) ?? lostSession(end.stderr, programError(end));
    settle();
  });
  return {
    isWaiting: () => waiting.length > 0,
    next: (marker: string) =>
      new Promise<string>((resolve, reject) => {
        waiting.push({ marker, resolve, reject });
        settle();
      }),
  };
}

function lostSession(stderr: string, error: BackuperError): BackuperError {
  if (stderr.trim() === '') return new BackuperError('server-unavailable', 'the session with the server ended');
  return new BackuperError('connection-failed', error.message, {
    hint: 'check that psql connects with the same settings',
  });
}

/** `'42P01' 'relation "x" does not exist'`; psql writes a message with backslashes as ` E'…'`, each twice. */
function statementError(status: string): BackuperError {
  const [, sqlState = '', quoted = ''] = /^'(\w*)'\s+E?'([\s\S]*)'$/.exec(status) ?? [];
  const message = quoted.replaceAll("''", "'").replaceAll('\\\\', '\\').trim();
  const text = `the server said '${message}' (${sqlState})`;
  const { code = 'statement-failed', ...meaning } = meaningOfStatement({ sqlState, message }) ?? {};
  return new BackuperError(code, text, { ...meaning, result: { sqlState, message } });
}
