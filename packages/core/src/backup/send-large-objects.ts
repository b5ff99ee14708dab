import { type Client, type DumpOptions, dumpLargeObjects, LARGE_OBJECTS_FILE } from '@postgres-backuper/postgres';
import type { Services } from './directory.ts';

/** Errors: as dumpLargeObjects. */
export function sendLargeObjects(
  client: Client,
  dump: DumpOptions,
  { sinks, context }: Pick<Services, 'sinks' | 'context'>,
): Promise<void> {
  return dumpLargeObjects(client, dump, { sink: sinks.openPlain(LARGE_OBJECTS_FILE), context });
}
