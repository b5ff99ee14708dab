import { randomBytes } from 'node:crypto';
import { BackuperError, type Context, type Program, type ProgramEnd, programError } from '@postgres-backuper/base';
import type { Programs } from './client-programs.ts';
import { connectError, serverErrorOf } from './connect-error.ts';
import { failedStatement, WITH_SQLSTATE } from './said.ts';
import type { Server } from './server.ts';
import { joined, literal, type Sql, sql, textOf } from './sql.ts';
import { startPsql } from './start-psql.ts';

/** SQL of the user, who is trusted. */
export interface SqlFile {
  /** As the user gave it. */
  readonly name: string;
  readonly text: Uint8Array;
}

export interface TransformRequest {
  readonly file: SqlFile;
  /** As `SHOW search_path` writes it. */
  readonly searchPath: string;
  /** Of the file, as PostgreSQL names it. */
  readonly encoding: string;
  /** Runs at the end in the transaction of the file. */
  readonly note?: Sql | undefined;
}

/** How much of standard output is kept, characters: the last answer is short. */
const KEPT_CHARACTERS = 1024;

/**
 * Runs a file in one transaction with psql, which ends at the first error and refuses its own commands. Resolves when the
 * transaction was committed after the whole file. Errors: transform-failed with file, line and the server's message;
 * server-unavailable, server-full, server-damaged.
 */
export async function runTransform(
  client: { readonly server: Server; readonly programs: Pick<Programs, 'psql'> },
  request: TransformRequest,
  context: Context,
): Promise<void> {
  const key = randomBytes(12).toString('hex');
  const args = ['--quiet', '--no-align', '--tuples-only', '--set=ON_ERROR_STOP=1', WITH_SQLSTATE, '--file=-'];
  const program = await startPsql(client, { args, env: { PGCLIENTENCODING: request.encoding } }, context);
  const last = readLast(program).catch(() => ''); // the program's end reports the error
  program.stdin.end(Buffer.concat([beginLine(request, key), request.file.text, endLines(request, key)]));
  const end = await program.ended;
  const answer = await last;
  context.signal.throwIfAborted();
  if (end.status !== 0) throw failure(end, { file: request.file, key });
  if (!answer.endsWith(`${key}\n`)) throw failed(request.file, 'ends within a statement, a comment or rows');
}

/** Lines before the file: the restriction, and this one. */
const LINES_BEFORE = 2;

/** The mark is gone when its transaction is. Some warnings have the SQLSTATE of an error, and are not shown. */
function beginLine({ searchPath }: TransformRequest, key: string): Buffer {
  const settings = [
    sql`pg_catalog.set_config('search_path', ${literal(searchPath)}, false)`,
    sql`pg_catalog.set_config('pgbackuper.transform', ${literal(key)}, true)`,
  ];
  return Buffer.from(`SET client_min_messages = error; BEGIN; ${textOf(sql`SELECT ${joined(settings)};`)}\n`);
}

function endLines({ note }: TransformRequest, key: string): Buffer {
  const isOpen = sql`pg_catalog.current_setting('pgbackuper.transform', true)`;
  const lines = [
    sql`;`,
    sql`SET standard_conforming_strings = on;`,
    sql`DO LANGUAGE plpgsql $pgbackuper$ BEGIN IF ${isOpen} IS DISTINCT FROM ${literal(key)} THEN RAISE EXCEPTION ${literal(key)}; END IF; END $pgbackuper$;`,
    sql`RESET SESSION AUTHORIZATION;`,
    sql`RESET ROLE;`,
    ...(note === undefined ? [] : [sql`${note};`]),
    sql`COMMIT;`,
    sql`SELECT ${literal(key)};`,
  ];
  return Buffer.from(`\n${lines.map(textOf).join('\n')}\n`);
}

async function readLast(program: Program): Promise<string> {
  let kept = '';
  for await (const chunk of program.stdout)
    kept = (kept + (chunk as Buffer).toString('latin1')).slice(-KEPT_CHARACTERS);
  return kept;
}

function failure({ stderr, ...end }: ProgramEnd, { file, key }: { readonly file: SqlFile; readonly key: string }) {
  const line = lineOf(stderr);
  if (stderr.includes('backslash commands are restricted')) {
    return failed(file, `in line ${line}: it is a command of psql, which is not SQL`);
  }
  const said = failedStatement(stderr);
  if (said === undefined) return connectError(stderr) ?? programError({ stderr, ...end });
  if (said.message.includes(key))
    return failed(file, 'ends its transaction: a file is one transaction, without BEGIN and COMMIT');
  const ofServer = serverErrorOf(said);
  if (ofServer !== undefined) return ofServer;
  return failed(file, `in line ${line}: the server said '${said.message}' (SQLSTATE ${said.sqlState})`);
}

/** Of the file, where the first statement that failed ends. */
function lineOf(stderr: string): number {
  const line = /^psql:<stdin>:(\d+): [^\n]*(?: {1,2}(?!0[012])[0-9A-Z]{5}: |restricted)/m.exec(stderr)?.[1];
  return Math.max(1, Number(line ?? LINES_BEFORE + 1) - LINES_BEFORE);
}

function failed({ name }: SqlFile, what: string): BackuperError {
  return new BackuperError('transform-failed', `'${name}' ${what}`, {
    hint: 'mend the file and restore again: nothing is left of this try',
  });
}
