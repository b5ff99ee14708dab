import { platform } from 'node:os';
import type { Context } from '../context.ts';
import { BackuperError } from '../errors.ts';
import { findPrograms, fittingPrograms, newestPrograms } from '../postgres/programs.ts';
import { withSession } from '../postgres/psql.ts';
import type { Client, Server } from '../postgres/server.ts';

/** Finds the client programs that fit the server. Errors: program-missing, platform-unsupported, those of openSession. */
export async function prepareClient(
  server: Server,
  context: Context,
): Promise<Client & { readonly serverVersion: string }> {
  if (platform() !== 'linux') {
    throw new BackuperError('platform-unsupported', `backup does not run on '${platform()}' yet`, {
      hint: 'run it on Linux',
    });
  }
  const found = await findPrograms(server, context);
  const newest = found.at(-1) ?? (await newestPrograms(server, context));
  const [row] = await withSession({ server, programs: newest }, context, (session) =>
    session.query<{ version: string; number: number }>(
      "SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number",
    ),
  );
  const major = Math.floor((row?.number ?? 0) / 10_000);
  return { server, programs: fittingPrograms(found, major), serverVersion: row?.version ?? '' };
}
