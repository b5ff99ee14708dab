import type { CommandDocument } from '@postgres-backuper/hosts';
import { type AnySettings, areOf, type Environment, type Resolved } from '@postgres-backuper/options';
import { addressOf } from '@postgres-backuper/postgres';
import { createServer } from './server.ts';

/** The server that a command connects to, and the databases that its settings name; nothing where they are wrong. */
export function connectedTo({
  resolved,
  environment,
}: {
  readonly resolved: Resolved;
  readonly environment: Environment;
}): Pick<CommandDocument, 'server' | 'databases'> {
  const { level, drillOn }: AnySettings = resolved.settings;
  const isDrill = resolved.command === 'verify' && level === 'restore' && drillOn === 'server';
  if (!areOf(resolved, 'connection') && !isDrill) return {};
  try {
    const server = createServer(resolved, environment);
    return { server: addressOf(server), ...(server.databases.length === 0 ? {} : { databases: server.databases }) };
  } catch {
    return {}; // what is wrong is the command's error
  }
}
