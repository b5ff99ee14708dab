import { type Context, isBackuperError, runProgram } from '@postgres-backuper/base';
import type { Cluster } from '../session/cluster.ts';
import { connectError } from '../session/connect-error.ts';
import { connectionEnvironment } from '../session/connection-environment.ts';
import { dbnameArgument, withSettings } from '../session/server.ts';
import { dumpEnvironment } from './archive.ts';

export interface Globals {
  /** SQL of roles, memberships and tablespaces, with its encoding; undefined if pg_dumpall could not read them. */
  readonly sql: Buffer | undefined;
  /** Why `sql` is undefined. */
  readonly problem: string | undefined;
}

export interface GlobalsRequest {
  /** Includes the password hashes of roles. */
  readonly passwords: boolean;
  /** The role to read globals as, if it is not the one that connects. */
  readonly role: string | undefined;
  /** Keeps the bytes, in the encoding of the cluster, without conversion. */
  readonly keepsBytes: boolean;
}

/**
 * Settings that pg_dump sets itself and pg_dumpall does not. Those of the role, the database or the server could change
 * its output, stop it, or change its role.
 */
const SETTINGS = [
  ...['DateStyle=ISO', 'IntervalStyle=postgres', 'TimeZone=UTC', 'bytea_output=hex', 'extra_float_digits=0'],
  ...['standard_conforming_strings=on', 'array_nulls=on', 'quote_all_identifiers=off', 'row_security=off', 'role=none'],
  ...['default_transaction_read_only=off', 'default_transaction_deferrable=off', 'statement_timeout=0'],
  ...['lock_timeout=0', 'idle_in_transaction_session_timeout=0', 'idle_session_timeout=0'],
];
/** From PostgreSQL 17 on; an older server refuses a session with it. */
const SETTINGS_OF_17 = ['transaction_timeout=0'];

/**
 * Dumps roles, memberships, role settings and tablespaces by pg_dumpall, with dates in ISO: in UTF-8 if the server can
 * convert them, else as unconverted bytes in the encoding of the cluster. What the role may not read is a `problem`.
 * Errors: those of a connection, cancelled.
 */
export async function dumpGlobals(cluster: Cluster, request: GlobalsRequest, context: Context): Promise<Globals> {
  let problem: string | undefined;
  for (const encoding of new Set([...(request.keepsBytes ? [] : ['UTF8']), cluster.encoding])) {
    const dumped = await dumpIn({ cluster, encoding, isPooled: false }, request, context);
    if (dumped.sql !== undefined) return dumped;
    problem ??= dumped.problem;
  }
  return { sql: undefined, problem };
}

interface Place {
  readonly cluster: Cluster;
  readonly encoding: string;
  /** A pooler may refuse settings; all poolers accept those that have an environment variable. */
  readonly isPooled: boolean;
}

async function dumpIn(place: Place, request: GlobalsRequest, context: Context): Promise<Globals> {
  const { cluster, encoding, isPooled } = place;
  const { client, serverMajor } = cluster;
  const settings = [...SETTINGS, ...(serverMajor >= 17 ? SETTINGS_OF_17 : [])];
  const server = isPooled ? client.server : withSettings(client.server, settings);
  const env = { ...dumpEnvironment({ ...client, server }), PGDATESTYLE: 'ISO', PGCLIENTENCODING: encoding };
  try {
    const args = argumentsOf(server.env.PGDATABASE ?? '', request);
    const now = await connectionEnvironment(server, env);
    const sql = await runProgram({ file: client.programs.pgDumpall, args, env: now, encoding }, context);
    return { sql, problem: undefined };
  } catch (error) {
    if (!isBackuperError(error, 'program-failed') || / was ended by /.test(error.message)) throw error;
    const broken = connectError(error.message);
    if (isBackuperError(broken, 'pooler-unsuitable') && !isPooled) {
      return dumpIn({ ...place, isPooled: true }, request, context);
    }
    if (broken !== undefined) throw broken;
    return { sql: undefined, problem: error.message };
  }
}

function argumentsOf(dbname: string, { passwords, role }: GlobalsRequest): string[] {
  return [
    ...['--globals-only', '--no-password', `--database=${dbnameArgument(dbname)}`],
    ...(role === undefined ? [] : [`--role=${role}`]),
    ...(passwords ? [] : ['--no-role-passwords']),
  ];
}
