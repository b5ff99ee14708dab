import { type BackuperError, type Context, numberOf } from '@postgres-backuper/base';
import { type DatabaseIdentity, segmentName } from '@postgres-backuper/format';
import {
  type Client,
  causeOf,
  type DumpOptions,
  openSnapshot,
  readIdentity,
  type Snapshot,
  watchedByServer,
  watchLocks,
} from '@postgres-backuper/postgres';
import { type Cipher, createPipeline, createSealers, type Store, type Threads } from '@postgres-backuper/repository';
import { checkSelection } from './check-selection.ts';
import { type Contents, sendContents } from './contents.ts';
import type { DumpDatabaseRequest } from './dump-request.ts';
import { dumpsLargeObjects, exclusionsOf, tellLeftOut } from './exclusions.ts';
import { type MissingData, readLeftOut } from './left-out.ts';
import { type ReadCluster, readCluster } from './read-cluster.ts';
import { readGlobals } from './read-globals.ts';
import { createTally, type Tally } from './tally.ts';

export interface DumpedDatabase extends ReadCluster {
  readonly identity: DatabaseIdentity;
  readonly contents: Contents;
  readonly segments: number;
  readonly rawBytes: number;
  readonly warnings: readonly string[];
  readonly exclusions: readonly string[];
  /** Content that nobody asked to leave out. */
  readonly missing: readonly MissingData[];
}

interface DumpServices {
  readonly client: Client;
  readonly cipher: Cipher;
  readonly store: Store;
  readonly sealThreads: Threads | undefined;
}

/** snapshot → dump → compress → encrypt → store, in one pass. Whatever fails ends everything else. */
export async function dumpDatabase(
  request: DumpDatabaseRequest,
  services: DumpServices,
  outer: Context,
): Promise<DumpedDatabase> {
  const stop = new AbortController();
  const context = { ...outer, signal: AbortSignal.any([outer.signal, stop.signal]) };
  const client = named(services.client, `postgres-backuper ${request.label}`);
  const tally = createTally(context, () => services.store.storedBytes);
  context.emit({ type: 'phase', phase: 'snapshot', text: 'taking a snapshot' });
  try {
    const maintenanceDatabases = [client.server.env.PGDATABASE ?? ''];
    const watched = { client, maintenanceDatabases, sessions: request.connections };
    return await watchedByServer(watched, context, async () => {
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
    });
  } catch (error) {
    stop.abort(error);
    throw stop.signal.reason instanceof Error && !outer.signal.aborted ? stop.signal.reason : error;
  } finally {
    tally.end();
  }
}

const NOTHING = Promise.resolve(undefined);

async function dumpSnapshot(
  request: DumpDatabaseRequest,
  services: DumpServices & { snapshot: Snapshot; tally: Tally; abort: (reason: BackuperError) => void },
  context: Context,
): Promise<DumpedDatabase> {
  const { client, snapshot, store, cipher, tally, abort } = services;
  const { selection, segmentBytes } = request;
  const identity = await readIdentity(snapshot.session, client.server.env.PGHOST ?? 'localhost');
  const around = { client, session: snapshot.session, tally };
  const { inventory, clusterEncoding } = await readCluster({ ...request, identity }, around, context);
  const globals = request.globals ? readGlobals(request, { client, snapshot, tally }, context) : NOTHING;
  globals.catch((error) => abort(error as BackuperError)); // at once: it is awaited when the tables are stored
  const { encoding } = inventory.properties;
  const checked = await checkSelection({ selection, encoding }, snapshot.session, (text) => tally.warn(text));
  const sealers = createSealers(cipher, { threads: services.sealThreads, segmentBytes });
  const pipeline = createPipeline({
    segmentBytes,
    lanes: Math.max(2, request.jobs),
    sealers,
    md5: store.destinations.some((destination) => destination.storage.listsMd5),
    store,
    signal: context.signal,
    nameOf: (number) => segmentName(number, request.encrypted),
    onFailure: (error) => abort(error as BackuperError),
  });
  const applicationName = client.server.env.PGAPPNAME ?? '';
  const endWatch = watchLocks(
    snapshot.session,
    { applicationName, yieldAfterMs: request.yieldAfterMs, abort },
    context,
  );
  const dump: DumpOptions = {
    snapshotId: snapshot.id,
    encoding,
    selection,
    lockTimeoutMs: request.lockTimeoutMs,
  };
  const text = `dumping '${identity.name}' with ${numberOf(request.jobs, 'session')}`;
  context.emit({ type: 'phase', phase: 'dump', text });
  try {
    const largeObjects = inventory.largeObjects > 0 && dumpsLargeObjects(request);
    const contents = await sendContents(
      client,
      {
        ...{ dump, jobs: request.jobs, largeObjects, globals, inventory },
        ...{ session: snapshot.session, splitFromBytes: request.splitFromBytes },
      },
      { pipeline, tally, context },
    );
    const leftOut = await readLeftOut({ ...checked, ...contents, inventory }, snapshot.session);
    tellLeftOut(leftOut, tally, context);
    const exclusions = exclusionsOf(request, inventory, leftOut);
    const segments = await pipeline.finish();
    const { rawBytes, warnings } = tally;
    const { missing } = leftOut;
    return { identity, inventory, clusterEncoding, contents, segments, rawBytes, warnings, exclusions, missing };
  } catch (error) {
    abort((await causeOf(error, snapshot.session, context)) as BackuperError); // what is under way is not worth storing
    await pipeline.abandon();
    throw error;
  } finally {
    endWatch();
    await sealers.close();
  }
}

function named(client: Client, applicationName: string): Client {
  return { ...client, server: { ...client.server, env: { ...client.server.env, PGAPPNAME: applicationName } } };
}
