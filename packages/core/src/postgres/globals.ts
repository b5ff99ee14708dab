import type { Context } from '../context.ts';
import { isBackuperError } from '../errors.ts';
import { runProgram } from '../process.ts';
import { dumpEnvironment } from './archive.ts';
import { type Client, dbnameArgument } from './server.ts';

export interface Globals {
  /** SQL of roles, memberships and tablespaces; undefined where the server permits nothing. */
  readonly sql: string | undefined;
  /** What the user should know: passwords left out, or nothing could be read. */
  readonly notice: string | undefined;
}

/**
 * Roles, memberships, role settings and tablespaces by pg_dumpall, without passwords where these can't be read or
 * must not be kept (`passwords: false`). Never fails for a missing privilege: the notice says what is missing.
 */
export async function dumpGlobals(
  client: Client,
  { passwords }: { passwords: boolean },
  context: Context,
): Promise<Globals> {
  const run = (extra: readonly string[]): Promise<string> =>
    runProgram(
      {
        file: client.programs.pgDumpall,
        args: [
          '--globals-only',
          '--no-password',
          `--database=${dbnameArgument(client.server.env.PGDATABASE ?? '')}`,
          ...extra,
        ],
        env: dumpEnvironment(client),
      },
      context,
    );
  if (passwords) {
    const sql = await attempt(() => run([]));
    if (sql !== undefined) return { sql, notice: undefined };
  }
  const sql = await attempt(() => run(['--no-role-passwords']));
  if (sql === undefined)
    return { sql, notice: 'roles and tablespaces are not in this backup: the role may not read them' };
  return {
    sql,
    notice: passwords ? 'globals.sql holds the roles without passwords: the role may not read them' : undefined,
  };
}

async function attempt(run: () => Promise<string>): Promise<string | undefined> {
  try {
    return await run();
  } catch (error) {
    if (isBackuperError(error, 'program-failed')) return undefined;
    throw error;
  }
}
