import type { Server } from './server.ts';

/**
 * The environment of a client program that is about to connect. The password of a source is asked here, immediately before
 * the start, because it may be valid only for minutes. Each start of a connecting program goes through here.
 * Errors: those of the source.
 */
export async function withPassword<Env extends Readonly<Record<string, string | undefined>>>(
  { askPassword }: Pick<Server, 'askPassword'>,
  env: Env,
): Promise<Env> {
  return askPassword === undefined ? env : { ...env, PGPASSWORD: await askPassword() };
}
