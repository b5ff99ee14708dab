import type { Context } from '@postgres-backuper/base';
import {
  type Client,
  namedSessions,
  openSnapshot,
  watchedByServer,
  whileReplayPaused,
} from '@postgres-backuper/postgres';
import type { DumpDatabaseRequest } from './dump-request.ts';
import { type DumpedDatabase, type DumpServices, dumpSnapshot } from './dump-snapshot.ts';
import { createTally } from './tally.ts';

/** snapshot → dump → compress → encrypt → store, in one pass. A failure of any step ends the others. */
export async function dumpDatabase(
  request: DumpDatabaseRequest,
  services: DumpServices,
  outer: Context,
): Promise<DumpedDatabase> {
  const stop = new AbortController();
  const context = { ...outer, signal: AbortSignal.any([outer.signal, stop.signal]) };
  const client = namedSessions(services.client, `postgres-backuper ${request.label}`);
  const tally = createTally(context, () => services.store.storedBytes);
  for (const text of request.remarks ?? []) tally.warn(text);
  context.emit({ type: 'phase', phase: 'snapshot', text: 'taking a snapshot' });
  try {
    const maintenanceDatabases = [client.server.env.PGDATABASE ?? ''];
    const watched = { client, maintenanceDatabases, sessions: request.connections };
    const read = async (): Promise<DumpedDatabase> => {
      const snapshot = await openSnapshot(client, context);
      try {
        return await dumpSnapshot(
          request,
          { ...services, client, snapshot, tally, abort: (reason) => stop.abort(reason) },
          context,
        );
      } finally {
        await snapshot.close();
      }
    };
    return await watchedByServer(watched, context, () => paused({ request, client }, context, read));
  } catch (error) {
    stop.abort(error);
    throw stop.signal.reason instanceof Error && !outer.signal.aborted ? stop.signal.reason : error;
  } finally {
    tally.end();
  }
}

async function paused(
  { request, client }: { readonly request: DumpDatabaseRequest; readonly client: Client },
  context: Context,
  read: () => Promise<DumpedDatabase>,
): Promise<DumpedDatabase> {
  if (request.pauseReplay !== true) return read();
  const asked = { client, waitMs: request.lockTimeoutMs };
  const { result, pausedMs } = await whileReplayPaused(asked, context, read);
  return { ...result, replayPausedMs: pausedMs };
}
