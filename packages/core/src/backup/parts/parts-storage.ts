import { randomBytes } from 'node:crypto';
import { BackuperError, type Context, isBackuperError, say, toBackuperError } from '@postgres-backuper/base';
import {
  type BackupId,
  chunksName,
  claimName,
  type DonePart,
  dataKey,
  dataPrefix,
  isForParts,
  type PartsPlan,
  PLAN_NAME,
  type PlanBinding,
  partChunksBytes,
  partName,
  partRange,
  RANGES_MAX,
  readDonePart,
  readPartChunks,
  readPlan,
  ShapeError,
  segmentNumber,
  writeDonePart,
  writePartChunks,
  writePlan,
} from '@postgres-backuper/format';
import { type CallOptions, type Destination, requireOne, type Storage } from '@postgres-backuper/repository';

/** Largest plan or list of a part that is read, bytes. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Where the parts of one backup meet. */
export interface PartsPlace {
  readonly id: BackupId;
  readonly binding: PlanBinding;
  readonly destinations: readonly Destination[];
}

/** Stores an object wherever the backup still goes. Errors: those of the storage; object-exists. */
async function putEverywhere(
  { id, destinations }: PartsPlace,
  { object, bytes }: { readonly object: string; readonly bytes: Uint8Array },
  options: CallOptions,
): Promise<void> {
  await inEach(destinations, options, (storage) => storage.put(dataKey(id, object), bytes, options));
}

/** One that fails is dropped, as when segments are stored. Errors: object-exists; that of the first one when all have failed. */
async function inEach(
  destinations: readonly Destination[],
  { signal }: CallOptions,
  use: (storage: Storage) => Promise<void>,
): Promise<void> {
  for (const destination of destinations) {
    if (destination.failure !== undefined) continue;
    try {
      await use(destination.storage);
    } catch (error) {
      signal?.throwIfAborted();
      if (isBackuperError(error, 'object-exists', 'configuration-invalid')) throw error;
      destination.failure = toBackuperError(error);
    }
  }
  requireOne(destinations);
}

export function putPlan(plan: PartsPlan, place: PartsPlace, options: CallOptions): Promise<void> {
  return putEverywhere(place, { object: PLAN_NAME, bytes: writePlan(plan, place.binding) }, options);
}

export function putDonePart(done: DonePart, place: PartsPlace, options: CallOptions): Promise<void> {
  return putEverywhere(place, { object: partName(done.range), bytes: writeDonePart(done, place.binding) }, options);
}

/** To be called before putDonePart, which tells of them. */
export function putPartChunks(
  { chunks, ...of }: Pick<DonePart, 'run' | 'range'> & { readonly chunks: readonly Buffer[] },
  place: PartsPlace,
  options: CallOptions,
): Promise<void> {
  const bytes = writePartChunks(chunks, of, place.binding);
  return putEverywhere(place, { object: chunksName(of.range), bytes }, options);
}

/**
 * Those of each file of a part, from the first repository that gives them; undefined where none does: an index is needed by
 * no restore, so no backup fails for it. Errors: cancelled.
 */
export async function readChunksOf(
  done: DonePart,
  place: PartsPlace,
  options: CallOptions,
): Promise<readonly Buffer[] | undefined> {
  const key = dataKey(place.id, chunksName(done.range));
  for (const { storage, failure } of place.destinations) {
    if (failure !== undefined) continue;
    try {
      const stored = await storage.get(key, { ...options, maxBytes: partChunksBytes(done), fresh: true });
      return readPartChunks(stored, done, place.binding);
    } catch {
      options.signal?.throwIfAborted();
    }
  }
  return undefined;
}

/**
 * Takes a range of segments by a create-only put. A put whose answer was lost is repeated with the same bytes. Errors:
 * object-exists when no range is left; those of the storage.
 */
export async function claimRange(place: PartsPlace, options: CallOptions): Promise<number> {
  for (let range = 1; range < RANGES_MAX; range += 1) {
    if (await claim(place, range, options)) return range;
  }
  throw new BackuperError('object-exists', `all ${RANGES_MAX} ranges of segments of '${place.id.label}' are taken`, {
    hint: 'begin a new backup: too many workers began and did not end their parts',
  });
}

/** False: another one has this range. Errors: those of the storage. */
export async function claim(place: PartsPlace, range: number, options: CallOptions): Promise<boolean> {
  try {
    await putEverywhere(place, { object: claimName(range), bytes: randomBytes(32) }, options);
    return true;
  } catch (error) {
    if (isBackuperError(error, 'object-exists')) return false;
    throw error;
  }
}

/** Undefined: there is none yet. Errors: configuration-invalid for another secret; those of the storage. */
export async function readPlanIfThere(place: PartsPlace, options: CallOptions): Promise<PartsPlan | undefined> {
  let plan: PartsPlan | undefined;
  await inEach(place.destinations, options, async (storage) => {
    const key = dataKey(place.id, PLAN_NAME);
    const stored = plan === undefined ? await getIfThere(storage, key, options) : undefined;
    if (stored !== undefined) plan = await opened(key, async () => readPlan(stored, place.binding));
  });
  return plan;
}

/** The lists of parts that are whole and of this run, but for the ranges in `known`, which it adds to. Errors: as readPlanIfThere. */
export async function readDoneParts(
  place: PartsPlace,
  { run, known }: { readonly run: string; readonly known: Set<number> },
  options: CallOptions,
): Promise<readonly DonePart[]> {
  const found: DonePart[] = [];
  await inEach(place.destinations, options, async (storage) => {
    const prefix = dataPrefix(place.id);
    const ranges: number[] = [];
    for await (const { key } of storage.list(`${prefix}part-`, options))
      ranges.push(partRange(key.slice(prefix.length)) ?? 0);
    for (const range of ranges.filter((one) => one > 0 && !known.has(one))) {
      const key = dataKey(place.id, partName(range));
      const stored = await getIfThere(storage, key, options);
      if (stored === undefined) continue;
      known.add(range);
      const done = await opened(key, () => readDonePart(stored, range, place.binding));
      if (done.run === run) found.push(done);
    }
  });
  return found;
}

async function getIfThere(storage: Storage, key: string, options: CallOptions): Promise<Uint8Array | undefined> {
  try {
    return await storage.get(key, { ...options, maxBytes: MAX_BYTES, fresh: true });
  } catch (error) {
    if (isBackuperError(error, 'object-missing')) return undefined;
    throw error;
  }
}

async function opened<Value>(key: string, read: () => Promise<Value>): Promise<Value> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw new BackuperError('configuration-invalid', `object '${key}' cannot be read: ${error.message}`, {
      hint: `give every job of the backup the same ${say.option('dedupSecret')} (or passphrase) and the same version of this program`,
      cause: error,
    });
  }
}

function isOfWorkers(objectName: string): boolean {
  return isForParts(objectName) || segmentNumber(objectName) !== undefined;
}

/** Removes what workers stored in the backup's folder and its list has not, where the role may. Never throws. */
export async function removeOthers(
  { id, listed }: { readonly id: BackupId; readonly listed: ReadonlySet<string> },
  storage: Storage,
  { signal }: Pick<Context, 'signal'>,
): Promise<void> {
  try {
    const prefix = dataPrefix(id);
    const others: string[] = [];
    for await (const { key } of storage.list(prefix, { signal }))
      if (isOfWorkers(key.slice(prefix.length)) && !listed.has(key.slice(prefix.length))) others.push(key);
    if (others.length > 0) await storage.remove(others, { signal });
  } catch {
    // what stays is removed with the backup
  }
}
