import type { Command } from '../command.ts';
import { clientText } from '../print/setup-client.ts';
import { findOrInstallClient } from '../services/install-client.ts';
import { openServer } from '../services/open-server.ts';

export const runSetupClient: Command<'setup-client'> = async ({ resolved, environment, context, run }) => {
  const server = openServer(resolved, { environment, context });
  const result = await findOrInstallClient({ settings: resolved.settings, environment, run }, server, context);
  return { result, text: clientText(result) };
};
