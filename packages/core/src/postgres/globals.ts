import type { Context } from '../context.ts';
import { isBackuperError } from '../errors.ts';
import { runProgram } from '../process.ts';
import { dumpEnvironment } from './archive.ts';
import { connectError } from './connect-error.ts';
import { type Client, dbnameArgument } from './server.ts';

export interface Globals {
  /** SQL of roles, memberships and tablespaces; undefined where pg_dumpall could not read them. */
  readonly sql: string | undefined;
  /** Why there is none. */
  readonly problem: string | undefined;
}

/**
 * Roles, memberships, role settings and tablespaces by pg_dumpall; `passwords`: with their hashes. What the role may
 * not read is a `problem`. Errors: those of a connection, cancelled.
 */
export async function dumpGlobals(
  client: Client,
  { passwords }: { passwords: boolean },
  context: Context,
): Promise<Globals> {
  const database = `--database=${dbnameArgument(client.server.env.PGDATABASE ?? '')}`;
  const args = ['--globals-only', '--no-password', database, ...(passwords ? [] : ['--no-role-passwords'])];
  try {
    const request = { file: client.programs.pgDumpall, args, env: dumpEnvironment(client) };
    return { sql: await runProgram(request, context), problem: undefined };
  } catch (error) {
    if (!isBackuperError(error, 'program-failed') || / was ended by /.test(error.message)) throw error;
    const broken = connectError(error.message);
    if (broken !== undefined) throw broken;
    return { sql: undefined, problem: error.message };
  }
}
