import { randomBytes } from 'node:crypto';
import { BackuperError, type Context, say } from '@postgres-backuper/base';
import { createAnswerReader, NO_ERROR } from './answers.ts';
import type { Programs } from './client-programs.ts';
import { onDatabase, type Server } from './server.ts';
import { SESSION_SETTINGS } from './session-settings.ts';
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

/**
 * Opens a session on the first of `databases` of the same server that can be reached. Errors: those of openSession;
 * configuration-invalid without any.
 */
export async function openMaintenanceSession(
  client: { readonly server: Server; readonly programs: Pick<Programs, 'psql'> },
  databases: readonly string[],
  context: Pick<Context, 'clock' | 'signal'>,
): Promise<Session> {
  if (databases.length === 0) throw noMaintenance();
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

/** A database that is renamed cannot be the one in which that happens. */
function noMaintenance(): BackuperError {
  return new BackuperError(
    'configuration-invalid',
    'no database is left to connect to besides those that are renamed',
    {
      hint: `name another one with ${say.option('maintenanceDb')}, e.g. postgres`,
    },
  );
}

/** Whether the error is about this database only: pg_hba.conf may admit the role to another one. */
function isOfDatabase(error: unknown): boolean {
  if (!(error instanceof BackuperError)) return false;
  return (
    /^(database-|privilege-)/.test(error.code) || (error.code === 'login-failed' && /pg_hba\.conf/.test(error.message))
  );
}

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
