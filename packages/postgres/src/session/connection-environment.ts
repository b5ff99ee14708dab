import type { Server } from './server.ts';

/**
 * The environment of a client program that is about to connect. The password of a source and the place of a tunnel are
 * asked here, immediately before the start, because they may be valid only for minutes. Each start of a connecting program
 * goes through here. Errors: those of the source and of the tunnel.
 */
export async function connectionEnvironment<Env extends Readonly<Record<string, string | undefined>>>(
  { askPassword, openTunnel }: Pick<Server, 'askPassword' | 'openTunnel'>,
  env: Env,
): Promise<Env> {
  const place = openTunnel === undefined ? {} : await openTunnel();
  const password = askPassword === undefined ? {} : { PGPASSWORD: await askPassword() };
  return { ...env, ...place, ...password };
}
