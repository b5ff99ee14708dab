import { randomBytes } from 'node:crypto';
import { BackuperError, type Context, type Program, type ProgramEnd, programError, say } from '@postgres-backuper/base';
import { connectError, serverErrorOf } from './connect-error.ts';
import { failedStatement, WITH_SQLSTATE } from './said.ts';
import { type Client, onDatabase } from './server.ts';
import { literal, sql, textOf } from './sql.ts';
import { startPsql } from './start-psql.ts';

export interface ScriptRequest {
  readonly database: string;
  readonly script: AsyncIterable<Buffer>;
  /** The origin of the script, for errors. */
  readonly what: string;
}

/** How much of standard output is kept, characters: the last answer is short. */
const KEPT_CHARACTERS = 1024;

/**
 * Runs SQL with psql, which ends at the first error and refuses its own commands from the first line on. Resolves when
 * psql has ended with status 0 after the whole script, still in the same database and outside of a transaction.
 * Errors: restore-failed with the server's message, server-unavailable, those of `script`.
 */
export async function loadScript(client: Client, request: ScriptRequest, context: Context): Promise<void> {
  const args = ['--quiet', '--no-align', '--tuples-only', '--set=ON_ERROR_STOP=1', WITH_SQLSTATE, '--file=-'];
  const program = await startPsql(
    { ...client, server: onDatabase(client.server, request.database) },
    { args, env: { LC_MESSAGES: 'C' } },
    context,
  );
  const last = readLast(program).catch(() => ''); // the program's end reports the error
  const question = createQuestion(request.database);
  try {
    await feed(program, request.script, question.sql);
  } catch (error) {
    program.stop(); // before the end of its input: an incomplete script must not look complete
    await program.ended;
    throw error;
  }
  const end = await program.ended;
  context.signal.throwIfAborted();
  if (end.status !== 0) throw failure(end, request.what);
  if ((await last).includes(question.answer)) return;
  throw new BackuperError('restore-failed', `'${request.what}' left its database, or its last transaction open`, {
    hint: 'load this file by hand: it does something that no dump does',
  });
}

async function feed(program: Program, script: AsyncIterable<Buffer>, atEnd: Buffer): Promise<void> {
  const write = async (chunk: Buffer): Promise<void> => {
    const written = new Promise<void>((resolve) => program.stdin.write(chunk, () => resolve()));
    await Promise.race([written, program.ended]);
  };
  for await (const chunk of script) {
    await write(chunk);
    if (program.stdin.destroyed) return;
  }
  await write(atEnd);
  program.stdin.end();
}

/** Asks for the database and transaction at the end. A transaction that began before the question has another time. */
function createQuestion(database: string): { readonly sql: Buffer; readonly answer: string } {
  const key = randomBytes(12).toString('hex');
  const equal = sql`OPERATOR(pg_catalog.=)`;
  const isThere = sql`pg_catalog.current_database() ${equal} ${literal(database)}`;
  const isOutside = sql`pg_catalog.now() ${equal} pg_catalog.statement_timestamp()`;
  const lines = [
    sql`SET standard_conforming_strings = on;`,
    sql`SET client_encoding = UTF8;`,
    sql`SELECT ${literal(key)}, ${isThere}, ${isOutside};`,
  ];
  return { sql: Buffer.from(`\n${lines.map(textOf).join('\n')}\n`), answer: `${key}|t|t\n` };
}

async function readLast(program: Program): Promise<string> {
  let kept = '';
  for await (const chunk of program.stdout)
    kept = (kept + (chunk as Buffer).toString('latin1')).slice(-KEPT_CHARACTERS);
  return kept;
}

function failure(end: ProgramEnd, what: string): BackuperError {
  if (end.stderr.includes('backslash commands are restricted')) {
    return new BackuperError('restore-failed', `'${what}' holds a command for psql, which is not SQL`, {
      hint: 'nothing was run on this machine and nothing is left of this try: look at lines that begin with a backslash',
    });
  }
  const said = failedStatement(end.stderr);
  if (said === undefined) return connectError(end.stderr) ?? programError(end);
  const ofServer = serverErrorOf(said);
  if (ofServer !== undefined) return ofServer;
  return new BackuperError('restore-failed', `'${what}' could not be loaded: the server said '${said.message}'`, {
    hint: `create the roles and extensions that the dump names (${say.option('fileGlobals')} makes the roles of a file of pg_dumpall), then try again; nothing is left of this try`,
  });
}
