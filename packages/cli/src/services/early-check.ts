import { beginServerCheck, type ServerCheck } from '@postgres-backuper/core';
import { onDatabase } from '@postgres-backuper/postgres';
import type { CommandInput } from '../command.ts';
import { dumpRequest } from './dump-request.ts';
import type { OpenServer } from './open-server.ts';
import { checkedPlaces } from './repositories.ts';

/**
 * Begins the check of the server before the keys are read, which keeps this process busy while the server is waited for.
 * Undefined where it is not known yet which server is asked, or whether any is. Errors: configuration-invalid.
 */
export function beginEarlyCheck(
  { resolved, environment, context }: CommandInput<'backup'>,
  server: OpenServer,
): ServerCheck | undefined {
  const { settings } = resolved;
  const { allDatabases, installClient, part, parts, skipIfNewerThan } = settings;
  const [database = '', ...others] = new Set(server.databases);
  const isOpen = allDatabases || database === '' || others.length > 0 || installClient;
  if (isOpen || part !== undefined || parts !== undefined || skipIfNewerThan !== undefined) return undefined;
  checkedPlaces(resolved, environment);
  const request = { name: settings.name ?? database, ...dumpRequest(settings), segmentBytes: settings.segmentSize };
  return beginServerCheck(request, onDatabase(server, database), context);
}
