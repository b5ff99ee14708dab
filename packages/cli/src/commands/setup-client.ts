import { setupClient } from '@postgres-backuper/core';
import type { Command } from '../command.ts';
import { openServer } from '../services/open-server.ts';

/** What package managers need behind a proxy. */
const PROXIES = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];

export const runSetupClient: Command = async ({ resolved, environment, context }) => {
  const { clientVersion } = resolved.settings;
  const proxies = PROXIES.flatMap((name) => (environment[name] ? [[name, environment[name]] as const] : []));
  const result = await setupClient(
    clientVersion === undefined ? {} : { version: clientVersion },
    { server: openServer(resolved, { environment, context }), environment: Object.fromEntries(proxies) },
    context,
  );
  const how = result.installed ? 'installed' : 'already there';
  return { result, text: `PostgreSQL client programs ${result.version} in ${result.binDir} (${how})\n` };
};
