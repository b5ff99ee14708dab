import type { CommandDocument } from '@postgres-backuper/hosts';
import { type AnySettings, areOf, type Environment, type Resolved } from '@postgres-backuper/options';
import { addressOf } from '@postgres-backuper/postgres';
import { createServer } from './server.ts';

/**
 * The server that a command connects to, and the databases in its settings that it reads or creates there; empty for
 * invalid settings. Leaves out other databases that a restore or a drill connects to, and the source of its backup.
 */
export function connectedTo({
  resolved,
  environment,
}: {
  readonly resolved: Resolved;
  readonly environment: Environment;
}): Pick<CommandDocument, 'server' | 'databases'> {
  const { level, drillOn, into }: AnySettings = resolved.settings;
  const isDrill = resolved.command === 'verify' && level === 'restore' && drillOn === 'server';
  if (!areOf(resolved, 'connection') && !isDrill) return {};
  try {
    const server = createServer(resolved, environment);
    const made = into === undefined ? [] : [into];
    const databases = isDrill || resolved.command === 'restore' ? made : server.databases;
    return { server: addressOf(server), ...(databases.length === 0 ? {} : { databases }) };
  } catch {
    return {}; // the command reports the error
  }
}
