import { type BackuperError, type Context, compressionName, FASTEST, numberOf } from '@postgres-backuper/base';
import { CHUNKS_MAX, type DatabaseIdentity, INDEX_MAX_BYTES, segmentName } from '@postgres-backuper/format';
import {
  type ChangeMark,
  type Client,
  causeOf,
  estimatedTextBytes,
  openCluster,
  readIdentity,
  type Snapshot,
  watchLocks,
} from '@postgres-backuper/postgres';
import {
  type Cipher,
  differing,
  indexing,
  type LevelUse,
  type Pipeline,
  type Store,
  type Threads,
} from '@postgres-backuper/repository';
import { checkSelection } from './check-selection.ts';
import type { SetRole } from './choose-set.ts';
import { type Contents, type ContentsRequest, sendContents } from './contents.ts';
import type { DumpDatabaseRequest } from './dump-request.ts';
import { dumpsLargeObjects, exclusionsOf, tellLeftOut } from './exclusions.ts';
import { inventoryOfPart } from './inventory-of-part.ts';
import { type MissingData, readLeftOut } from './left-out.ts';
import { openPipeline } from './open-pipeline.ts';
import type { HolderParts, SharedSet } from './parts/holder-parts.ts';
import { namesInRange } from './parts/segment-ranges.ts';
import { type ReadCluster, readCluster } from './read-cluster.ts';
import { readGlobals } from './read-globals.ts';
import type { Tally } from './tally.ts';
import { type Known, readKnown } from './unread.ts';

export interface UsedCompression {
  /** `zstd:1`, or `auto`. */
  readonly asked: string;
  /** The levels of zstd that were used, the lowest first. */
  readonly levels: readonly LevelUse[];
}

export interface DumpedDatabase extends ReadCluster {
  readonly identity: DatabaseIdentity;
  readonly contents: Contents;
  readonly segments: number;
  readonly rawBytes: number;
  readonly compression: UsedCompression;
  readonly warnings: readonly string[];
  readonly exclusions: readonly string[];
  /** Content that is missing without having been excluded. */
  readonly missing: readonly MissingData[];
  /** How long the replay of a standby was paused for it, milliseconds; undefined or null: not at all by this run. */
  readonly replayPausedMs?: number | null;
  /** Undefined: it stands alone and has no index. */
  readonly role?: SetRole | undefined;
  /** The bytes of index.bin, of a full in a set; undefined: they are too many, which is a warning by then. */
  readonly index?: ((set: string) => Buffer | undefined) | undefined;
  /** Of a full in a set: what its differentials need to leave tables unread. */
  readonly mark?: ChangeMark | undefined;
}

export interface DumpServices {
  readonly client: Client;
  readonly cipher: Cipher;
  readonly store: Store;
  readonly sealThreads: Threads | undefined;
}

interface SnapshotServices extends DumpServices {
  readonly snapshot: Snapshot;
  readonly tally: Tally;
  /** Aborts all work on this dump. */
  readonly abort: (reason: BackuperError) => void;
}

/** Default of the databases in which roles and tablespaces are read. */
const MAINTENANCE_DATABASES: readonly string[] = ['postgres', 'template1'];

const NOTHING = Promise.resolve(undefined);

/** dump → compress → encrypt → store. The first failure is the reason with which everything else is aborted. */
export async function dumpSnapshot(
  request: DumpDatabaseRequest,
  services: SnapshotServices,
  context: Context,
): Promise<DumpedDatabase> {
  const { client, snapshot, tally, abort } = services;
  const { session } = snapshot;
  const found = await find(request, services, context);
  const { identity, ...read } = found;
  const { encoding } = read.inventory.properties;
  const selected = { selection: request.selection, encoding };
  const notice = (text: string): void => context.emit({ type: 'notice', text });
  const checked = await checkSelection(selected, session, { warn: tally.warn, notice });
  const tableBytes = [...read.inventory.tables.values()].reduce((sum, table) => sum + estimatedTextBytes(table), 0);
  const role = await request.roleOf?.({ identity, rawBytes: tableBytes + read.inventory.largeObjectBytes });
  const known = await readKnown({ role, request: request.unread }, { client, snapshot: session }, context);
  const asked = compressionName(request.compression ?? FASTEST);
  const toSend = { ...request, nameOf: nameOfSegments(request) };
  const onFailure = (error: unknown): void => abort(error as BackuperError);
  const { pipeline: plain, ...sending } = openPipeline(toSend, { ...services, onFailure }, context);
  const { pipeline, index, parts } = inSet(plain, { role, tally, parts: request.parts }, context);
  const applicationName = client.server.env.PGAPPNAME ?? '';
  const endWatch = watchLocks(session, { applicationName, yieldAfterMs: request.yieldAfterMs, abort }, context);
  const text = `dumping '${identity.name}' with ${numberOf(request.jobs, 'session')}`;
  context.emit({ type: 'phase', phase: 'dump', text });
  try {
    const dumped = await storeDump(
      { request: { ...request, parts }, found, checked, known },
      { ...services, pipeline },
      context,
    );
    return { ...dumped, compression: { asked, levels: sending.levels.used() }, role, index, mark: known.mark };
  } catch (error) {
    abort((await causeOf(error, session, context)) as BackuperError); // segments under way need not be stored
    await pipeline.abandon();
    throw error;
  } finally {
    endWatch();
    await sending.sealers.close();
  }
}

/** Roles and tablespaces are read while the dump goes on, in the session that the inventory used as well. */
async function find(
  request: DumpDatabaseRequest,
  { client, snapshot, tally, abort }: SnapshotServices,
  context: Context,
): Promise<Found> {
  const { session } = snapshot;
  const opening = openCluster(client, request.maintenanceDatabases ?? MAINTENANCE_DATABASES, context);
  opening.catch(() => undefined); // awaited later
  const close = async (): Promise<void> => opening.then((cluster) => cluster.session.close()).catch(() => undefined);
  try {
    const identity = await readIdentity(session, client.server.env.PGHOST ?? 'localhost');
    const cluster = await opening;
    const read = await readCluster({ ...request, identity }, { cluster, session, tally }, context);
    if (!request.globals) await close();
    const globals = request.globals
      ? readGlobals(request, { client, cluster, snapshot, tally }, context).finally(close)
      : NOTHING;
    globals.catch((error) => abort(error as BackuperError)); // at once: it is awaited only after the tables
    // they take two sessions, which a role that has connections for one job may lack beside the dump's
    if (request.jobs === 1) await globals.catch(() => undefined);
    return { ...read, identity, globals };
  } catch (error) {
    await close();
    throw error;
  }
}

interface OfSet extends Pick<DumpDatabaseRequest, 'parts'> {
  readonly role: SetRole | undefined;
  readonly tally: Tally;
}

function inSet(pipeline: Pipeline, { role, tally, parts }: OfSet, { signal }: Context) {
  if (role === undefined) return { pipeline, index: undefined, parts };
  if (role.type === 'differential')
    return {
      pipeline: differing(pipeline, role, signal),
      index: undefined,
      parts: parts && inDifferential(parts, role),
    };
  const made = indexing(pipeline, role);
  const index = (set: string): Buffer | undefined => {
    const bytes = made.index(set);
    if (bytes === undefined) tally.warn(NO_INDEX);
    return bytes;
  };
  const set: SharedSet = { planned: { type: 'full', chunkBytes: role.chunkBytes }, adopt: made.adopt };
  return { pipeline: made, index, parts: parts && { ...parts, set } };
}

function inDifferential(
  parts: HolderParts,
  { parent, known }: SetRole & { readonly type: 'differential' },
): HolderParts {
  const { label, objects } = parent;
  const { settings } = known;
  const planned = { type: 'differential', parent: label, parentObjects: objects.sha256, settings } as const;
  return { ...parts, set: { planned, adopt: () => undefined } };
}

const NO_INDEX = `no differential of this full can be made: its index would have more than ${CHUNKS_MAX} chunks, or more than ${INDEX_MAX_BYTES} bytes, or those of another job cannot be read`;

function nameOfSegments({ parts, encrypted }: DumpDatabaseRequest): (number: number) => string {
  return parts === undefined ? (number) => segmentName(number, encrypted) : namesInRange(0, encrypted);
}

/** Facts known before the dump. */
interface Found extends ReadCluster {
  readonly identity: DatabaseIdentity;
  readonly globals: ContentsRequest['globals'];
}

interface StoreRequest {
  readonly request: DumpDatabaseRequest;
  readonly found: Found;
  readonly checked: Awaited<ReturnType<typeof checkSelection>>;
  readonly known: Known;
}

async function storeDump(
  { request, found, checked, known }: StoreRequest,
  { client, snapshot, pipeline, tally }: SnapshotServices & { readonly pipeline: Pipeline },
  context: Context,
): Promise<Omit<DumpedDatabase, 'compression'>> {
  const { identity, inventory, clusterEncoding, configuration } = found;
  const part = contentsRequest({ ...request, selection: checked.selection }, found, snapshot);
  const wanted = { ...part, unread: known.unread };
  const contents = await sendContents(client, wanted, { pipeline, tally, context });
  const leftOut = await readLeftOut({ ...checked, ...contents, inventory }, snapshot.session);
  tellLeftOut(leftOut, tally, context);
  const exclusions = exclusionsOf(request, inventory, leftOut);
  const segments = await pipeline.finish();
  const { rawBytes, warnings } = tally;
  const { missing } = leftOut;
  const named = inventoryOfPart(inventory, contents.toc, checked.selection);
  const cluster = { inventory: named, clusterEncoding, configuration };
  return { identity, ...cluster, contents, segments, rawBytes, warnings, exclusions, missing };
}

function contentsRequest(
  request: DumpDatabaseRequest,
  { inventory, globals }: Found,
  { id: snapshotId, session }: Snapshot,
): Omit<ContentsRequest, 'unread'> {
  const { selection, lockTimeoutMs, jobs, splitFromBytes, parts } = request;
  const { encoding } = inventory.properties;
  const largeObjects = inventory.largeObjects > 0 && dumpsLargeObjects(request);
  const dump = { snapshotId, encoding, selection, lockTimeoutMs };
  return { dump, jobs, largeObjects, globals, inventory, session, splitFromBytes, parts };
}
