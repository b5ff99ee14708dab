import { BackuperError, type Context, type Program, programError } from '@postgres-backuper/base';
import type { Programs } from './client-programs.ts';
import { connectError } from './connect-error.ts';
import { failedStatement, WITH_SQLSTATE } from './said.ts';
import type { Server } from './server.ts';
import { startPsql } from './start-psql.ts';

export interface QueryRequest {
  /** SQL of the user's; commands of psql are refused. */
  readonly query: string;
  /** Of the output, as PostgreSQL names it. */
  readonly encoding: string;
  /** Takes the output; false: nobody reads it any more. */
  readonly write: (bytes: Uint8Array) => Promise<boolean>;
}

/**
 * Runs SQL in a session of its own; rows are CSV with a line of names. Ends at the first error. Errors: statement-failed
 * with the server's message, those of a connection, of `write`.
 */
export async function runQuery(
  client: { readonly server: Server; readonly programs: Pick<Programs, 'psql'> },
  { query, encoding, write }: QueryRequest,
  context: Context,
): Promise<void> {
  // in portions: psql would keep all rows in memory before it writes one
  const sets = ['ON_ERROR_STOP=1', 'FETCH_COUNT=1000'].map((set) => `--set=${set}`);
  const args = ['--quiet', '--csv', '--pset=pager=off', ...sets, WITH_SQLSTATE, '--file=-'];
  const program = await startPsql(client, { args, env: { PGCLIENTENCODING: encoding } }, context);
  program.stdin.end(`${query}\n;\n`);
  let wanted: boolean;
  try {
    wanted = await pass(program, write);
  } catch (error) {
    program.stop();
    await program.ended;
    throw error;
  }
  const end = await program.ended;
  context.signal.throwIfAborted();
  if (end.status === 0 || !wanted) return;
  const said = failedStatement(end.stderr);
  if (said === undefined && end.stderr.includes('backslash commands are restricted')) {
    throw new BackuperError('statement-failed', 'a query holds a command of psql, which is not SQL', {
      hint: 'commands of psql work at its prompt',
    });
  }
  if (said === undefined) throw connectError(end.stderr) ?? programError(end);
  throw new BackuperError('statement-failed', `the server said '${said.message}' (SQLSTATE ${said.sqlState})`);
}

/** False: the reader has enough, which ends the query. */
async function pass(program: Program, write: QueryRequest['write']): Promise<boolean> {
  for await (const chunk of program.stdout) {
    if (await write(chunk as Buffer)) continue;
    program.stop();
    return false;
  }
  return true;
}
