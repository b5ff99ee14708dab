import { BackuperError, type ErrorCode, say } from '@postgres-backuper/base';
import { type FailedStatement, messagesOf } from './said.ts';
import type { Server } from './server.ts';
import { meaningOfLines, meaningOfStatement } from './server-words.ts';

/** Messages of a session about its own statement, not about the connection. */
const OF_STATEMENT = /^(psql:\S+ )?(ERROR|DETAIL|HINT|CONTEXT|LINE|STATEMENT|QUERY|NOTICE|WARNING):? /;

/** The error for a message of psql, pg_dump or pg_restore about its connection; undefined for another message. */
export function connectError(stderr: string): BackuperError | undefined {
  const found = meaningOfLines(messagesOf(stderr).filter((line) => !OF_STATEMENT.test(line)));
  return found && new BackuperError(found.code, tidy(found.line), { hint: found.hint });
}

/** libpq's message if no server listens on the local socket. */
const NO_SOCKET = /on socket ".*" failed: No such file/;

/** As connectError, for a first session: without a named server a retry is useless. Detects lists given as one name. */
export function firstConnectError(stderr: string, { env }: Pick<Server, 'env'>): BackuperError | undefined {
  const error = connectError(stderr);
  if (error?.code === 'database-missing' && env.PGDATABASE?.includes(',')) return listedError(error, env.PGDATABASE);
  const isNamed = Boolean(env.PGHOST || env.PGHOSTADDR || env.PGPORT);
  if (isNamed || error?.code !== 'server-unreachable' || !NO_SOCKET.test(error.message)) return error;
  return new BackuperError(
    'configuration-invalid',
    `no server is given, and none runs on this machine: ${error.message}`,
    {
      hint: `name the server in ${say.option('databaseUrl')} (postgres://user:password@host:port/database), in ${say.option('host')}, or by libpq's variables (PGHOST, PGSERVICE)`,
    },
  );
}

function listedError({ code, message }: BackuperError, database: string): BackuperError {
  return new BackuperError(code, message, {
    hint: `check ${say.given('dbname')}: '${database}' is taken as one name; give several one by one, in a variable or a field as a JSON array: ["app", "crm"]`,
  });
}

/** Errors of the server that do not depend on the statement. */
const OF_SERVER: readonly ErrorCode[] = [
  'lock-table-full',
  'server-damaged',
  'server-full',
  'server-unavailable',
  'time-limit',
  'transaction-conflict',
];

/** The error of a server that could not continue; undefined if the cause is what pg_restore or psql sent. */
export function serverError(stderr: string): BackuperError | undefined {
  const found = meaningOfLines(stderr.split('\n'));
  if (found === undefined || !OF_SERVER.includes(found.code)) return undefined;
  return new BackuperError(found.code, tidy(found.line), { hint: found.hint });
}

/** Languages and foreign data: what raises an error there chooses its SQLSTATE, whatever the state of this server. */
const RAISED_BY_OTHERS = /^(pl_exec|plpy_\w+|plperl|pltcl|connection|dblink)\.c$|\.(cc|cpp|rs)$/;

/** As serverError, for a statement with a known SQLSTATE. Undefined where a function raised it. */
export function serverErrorOf(said: FailedStatement): BackuperError | undefined {
  const error = statementErrorOf(said);
  return error !== undefined && OF_SERVER.includes(error.code) ? error : undefined;
}

/** As serverErrorOf, for any meaning that the list has. */
export function statementErrorOf(said: FailedStatement): BackuperError | undefined {
  if (said.file !== undefined && RAISED_BY_OTHERS.test(said.file)) return undefined;
  const found = meaningOfStatement(said);
  return found && new BackuperError(found.code, `the server said '${said.message}'`, { hint: found.hint });
}

/** The message of a program's line, without its prefix. */
export function tidy(line: string): string {
  return line
    .replace(/^(\S*\/)?(psql|pg_dump|pg_restore|pg_dumpall): /, '')
    .replace(/^error: /, '')
    .trim();
}
