import type { CommandDocument } from '@postgres-backuper/hosts';
import { type CommandName, type Environment, needs, type Resolved } from '@postgres-backuper/options';
import { addressOf } from '@postgres-backuper/postgres';
import { createServer } from './server.ts';

/** The server that a command connects to, and the databases that its settings name; nothing where they are wrong. */
export function connectedTo(
  command: CommandName,
  { resolved, environment }: { readonly resolved: Resolved; readonly environment: Environment },
): Pick<CommandDocument, 'server' | 'databases'> {
  const { level, drillOn } = resolved.settings;
  const isDrill = command === 'verify' && level === 'restore' && drillOn === 'server';
  if (!needs(command, 'connection') && !isDrill) return {};
  try {
    const server = createServer(resolved, environment);
    return { server: addressOf(server), ...(server.databases.length === 0 ? {} : { databases: server.databases }) };
  } catch {
    return {}; // what is wrong is the command's error
  }
}
