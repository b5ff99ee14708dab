import type { Context } from '../context.ts';
import { BackuperError } from '../errors.ts';
import { programError } from '../process.ts';
import { connectError } from './connect-error.ts';
import { type Client, onDatabase } from './server.ts';
import { startPsql } from './start-psql.ts';

/**
 * Runs a plain dump with psql, which ends at the first error and obeys no command of its own from the first line on.
 * Resolves when psql ended with status 0 after the whole script. Errors: restore-failed with the server's message, server-unavailable, those of `script`.
 */
export async function loadScript(
  client: Client,
  {
    database,
    script,
    what,
  }: { readonly database: string; readonly script: AsyncIterable<Buffer>; readonly what: string },
  context: Context,
): Promise<void> {
  const program = await startPsql(
    { ...client, server: onDatabase(client.server, database) },
    { args: ['--quiet', '--set=ON_ERROR_STOP=1', '--file=-'], env: { LC_MESSAGES: 'C' }, stdout: 'ignore' },
    context,
  );
  try {
    for await (const chunk of script) {
      const written = new Promise<void>((resolve) => program.stdin.write(chunk, () => resolve()));
      await Promise.race([written, program.ended]);
      if (program.stdin.destroyed) break;
    }
    program.stdin.end();
  } catch (error) {
    program.stop(); // before the end of its input: an incomplete script must not look complete
    await program.ended;
    throw error;
  }
  const end = await program.ended;
  context.signal.throwIfAborted();
  if (end.status === 0) return;
  if (end.stderr.includes('backslash commands are restricted')) {
    throw new BackuperError('restore-failed', `'${what}' holds a command for psql, which is no SQL`, {
      hint: 'nothing was run on this machine and nothing is left of this try: look at lines that begin with a backslash',
    });
  }
  const said = /^(?:psql:\S+ )?ERROR: +(.*)$/m.exec(end.stderr)?.[1];
  if (said === undefined) throw connectError(end.stderr) ?? programError(end);
  throw new BackuperError('restore-failed', `'${what}' could not be loaded: the server said '${said}'`, {
    hint: 'create the roles and extensions that the dump names, then try again; nothing is left of this try',
  });
}
