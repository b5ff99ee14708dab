import { undoSwap } from '@postgres-backuper/core';
import type { Command } from '../command.ts';
import { undoSwapText } from '../print/undo-swap.ts';
import { withClient } from '../services/install-client.ts';
import { openServer } from '../services/open-server.ts';

/** Gives a database that a restore replaced its name back. */
export const runUndoSwap: Command<'undo-swap'> = async (input) => {
  const { resolved, environment, positionals, context } = input;
  const server = await withClient(input, openServer(resolved, { environment, context }));
  const [name = '', database] = positionals;
  const { disconnect, maintenanceDb: maintenanceDatabases } = resolved.settings;
  const result = await undoSwap({ name, database, disconnect, maintenanceDatabases }, { server }, context);
  return { result, text: undoSwapText(result) };
};
