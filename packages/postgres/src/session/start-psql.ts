import { type Context, type Program, type ProgramRequest, startProgram } from '@postgres-backuper/base';
import type { Programs } from './client-programs.ts';
import { connectionEnvironment } from './connection-environment.ts';
import { createRestriction } from './restriction.ts';
import type { Server } from './server.ts';

/** psql, whose standard input is restricted from its first line on. */
export interface Psql extends Program {
  /** Lines that allow `lines` (psql commands without text from outside); psql refuses all other commands of its own. */
  ours(lines: string): string;
}

export interface PsqlRequest extends Pick<ProgramRequest, 'stdout' | 'encoding' | 'onStderrLine'> {
  /** In addition to those of every psql. */
  readonly args: readonly string[];
  /** In addition to the server's. */
  readonly env: Readonly<Record<string, string>>;
}

/** The only place that starts psql. Errors: program-missing, password-unavailable. */
export async function startPsql(
  client: { readonly server: Server; readonly programs: Pick<Programs, 'psql'> },
  { args, env, ...request }: PsqlRequest,
  context: Pick<Context, 'clock' | 'signal'>,
): Promise<Psql> {
  const program = await startProgram(
    {
      file: client.programs.psql,
      args: ['--no-psqlrc', '--no-password', ...args],
      env: await connectionEnvironment(client.server, { ...client.server.env, ...env }),
      stdin: 'pipe',
      ...request,
    },
    context,
  );
  let now = createRestriction();
  program.stdin.write(now.begin);
  const ours = (lines: string): string => {
    const before = now;
    now = createRestriction();
    return `${before.end}${lines}${now.begin}`;
  };
  return { ...program, ours };
}
