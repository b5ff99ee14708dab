import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { BackuperError, type Context } from '@postgres-backuper/base';
import type { Environment } from '@postgres-backuper/options';
import { type Client, connectionEnvironment } from '@postgres-backuper/postgres';

/** What psql takes from the terminal's environment; everything else is that of the server. */
const PASSED = ['TERM', 'COLORTERM', 'LANG', 'LC_ALL', 'LC_CTYPE', 'PAGER', 'PSQL_PAGER', 'LESS', 'EDITOR', 'VISUAL'];

/**
 * A psql prompt at the terminal of this process; returns its exit status. Ctrl-C belongs to psql meanwhile, so it is in
 * our own process group; other signals end it. Errors: program-missing, cancelled.
 */
export async function psqlPrompt(
  { server, programs }: Client,
  { environment, context }: { readonly environment: Environment; readonly context: Context },
): Promise<number> {
  const listeners = process.listeners('SIGINT');
  const ignore = (): void => undefined;
  process.on('SIGINT', ignore);
  for (const listener of listeners) process.off('SIGINT', listener);
  const endPause = context.activity?.pause();
  try {
    const own = { LC_ALL: undefined, ...passed(environment), PSQL_HISTORY: '/dev/null' };
    const env = await connectionEnvironment(server, { ...server.env, ...own });
    context.signal.throwIfAborted();
    const psql = spawn(programs.psql, ['--no-psqlrc', '--no-password'], { env, stdio: 'inherit' });
    const stop = (): void => void psql.kill('SIGTERM');
    context.signal.addEventListener('abort', stop, { once: true });
    const [status] = await once(psql, 'exit').catch((error: NodeJS.ErrnoException) => {
      throw new BackuperError('program-missing', `psql cannot be started (${error.code})`);
    });
    context.signal.removeEventListener('abort', stop);
    context.signal.throwIfAborted();
    return status ?? 1;
  } finally {
    endPause?.();
    for (const listener of listeners) process.on('SIGINT', listener);
    process.off('SIGINT', ignore);
  }
}

function passed(environment: Environment): Readonly<Record<string, string>> {
  return Object.fromEntries(PASSED.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])));
}
