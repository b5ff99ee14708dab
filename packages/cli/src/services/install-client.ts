import type { Context, RunProgram } from '@postgres-backuper/base';
import { type SetupClientResult, setupClient } from '@postgres-backuper/core';
import type { CommandsThatNeed, Environment, SettingsOf } from '@postgres-backuper/options';
import type { CommandInput } from '../command.ts';
import type { OpenServer } from './open-server.ts';

/** Variables that package managers need behind a proxy. */
const PROXIES = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];

interface ClientSettings {
  readonly settings: SettingsOf<CommandsThatNeed<'server'>>;
  readonly environment: Environment;
  /** The function of the host. */
  readonly run: RunProgram | undefined;
}

/** Finds or installs the client programs that fit the server. Errors: those of setupClient. */
export function findOrInstallClient(
  { settings, environment, run }: ClientSettings,
  server: OpenServer,
  context: Context,
): Promise<SetupClientResult> {
  const { clientVersion, maintenanceDb } = settings;
  const proxies = PROXIES.flatMap((name) => (environment[name] ? [[name, environment[name]] as const] : []));
  return setupClient(
    {
      version: clientVersion,
      databases: [...server.databases, ...maintenanceDb],
    },
    { server, environment: Object.fromEntries(proxies), run },
    context,
  );
}

/**
 * With --install-client: the server with client programs that fit it, installed if missing; else the server unchanged.
 * Errors: those of setupClient.
 */
export async function withClient(
  {
    resolved: { settings },
    environment,
    context,
    run,
  }: CommandInput<Exclude<CommandsThatNeed<'server'>, 'setup-client' | 'setup-role' | 'import'>>,
  server: OpenServer,
): Promise<OpenServer> {
  if (!settings.installClient) return server;
  const { binDir, version, installed } = await findOrInstallClient({ settings, environment, run }, server, context);
  if (installed) context.emit({ type: 'notice', text: `installed PostgreSQL client programs ${version} in ${binDir}` });
  // folders in the settings hide all others
  return server.binDirs.length === 0 ? server : { ...server, binDirs: [...server.binDirs, binDir] };
}
