import type { Compression, Context } from '@postgres-backuper/base';
import { type DonePart, type DoneTable, dataKey, type PartsPlan } from '@postgres-backuper/format';
import { type Client, openSplitDump, type Session } from '@postgres-backuper/postgres';
import { type Cipher, createStore, requireOne, type Threads } from '@postgres-backuper/repository';
import { openPipeline } from '../open-pipeline.ts';
import { sendLargeObjects } from '../send-large-objects.ts';
import { createSinks, type Sinks } from '../sinks.ts';
import type { Tally } from '../tally.ts';
import { requireHolder } from './holder-watch.ts';
import { inPartSet, type PartSet, type Sent, type SentWithChunks, saidOfSet, withChunks } from './part-set.ts';
import { claimRange, type PartsPlace, putDonePart, putPartChunks } from './parts-storage.ts';
import { namesInRange } from './segment-ranges.ts';
import { isToItsEnd, rowsOf } from './units.ts';

export interface PartToStore {
  readonly plan: PartsPlan;
  /** From 1. */
  readonly part: number;
  readonly jobs: number;
  readonly segmentBytes: number;
  /** Default: zstd at level 1. */
  readonly compression?: Compression | undefined;
  readonly lockTimeoutMs: number;
  readonly encrypted: boolean;
  /** That of the plan. */
  readonly set: PartSet | undefined;
  /** Of the run that holds the snapshot. */
  readonly holderLock: string;
}

export interface PartServices {
  readonly client: Client;
  readonly cipher: Cipher;
  readonly sealThreads: Threads | undefined;
  readonly place: PartsPlace;
  /** Holds the lock of the part. */
  readonly session: Session;
  readonly tally: Tally;
  readonly abort: (error: unknown) => void;
}

/**
 * Reads the tables of one part on the snapshot of the plan and stores them in a range of segments of its own, its list last.
 * A part that failed before its list was sent removes what it stored, where the role may. Errors: as openSplitDump; holder-gone; those of the storage.
 */
export async function storePart(request: PartToStore, services: PartServices, context: Context): Promise<DonePart> {
  const { place } = services;
  const begunAt = context.clock.elapsed();
  const range = await claimRange(place, context);
  const { objects, chunks, ...sent } = await storeRows(request, { ...services, range }, context);
  const durationMs = Math.round(context.clock.elapsed() - begunAt);
  const { part, plan } = request;
  const { run } = plan;
  const facts = { version: 1, run, part, range, machine: context.by?.machine ?? null, durationMs } as const;
  // when it fails from here on the segments stay: they may belong to a backup by now
  if (chunks !== undefined) await putPartChunks({ run, range, chunks }, place, context);
  const done: DonePart = { ...facts, ...saidOfSet(plan, chunks), objects, ...sent };
  await putDonePart(done, place, context);
  return done;
}

/** Errors: as storePart, with what was stored removed where the role may. */
async function storeRows(request: PartToStore, services: PartServices & { readonly range: number }, context: Context) {
  const { place } = services;
  const working = place.destinations.filter(({ failure }) => failure === undefined);
  const storages = working.map(({ storage }) => storage);
  const store = createStore(storages, (name) => dataKey(place.id, name), context);
  try {
    const sent = await sendPart(request, { ...services, store }, context);
    for (const [index, { failure }] of store.destinations.entries()) {
      const destination = working[index];
      if (destination !== undefined) destination.failure ??= failure;
    }
    requireOne(place.destinations);
    return { objects: store.objects, ...sent };
  } catch (error) {
    const keys = Array.from(store.objects, ({ key }) => dataKey(place.id, key));
    for (const storage of storages) await storage.remove(keys).catch(() => undefined);
    throw error;
  }
}

/** A selection that leaves large objects in leaves out only tables and schemas, and none are in their archive. */
const EVERYTHING = { schemas: [], excludeSchemas: [], tables: [], excludeTables: [], excludeTableData: [] };

interface Sending extends PartServices {
  readonly store: ReturnType<typeof createStore>;
  readonly range: number;
}

async function sendPart(request: PartToStore, services: Sending, context: Context): Promise<SentWithChunks> {
  const { plan, part, jobs, encrypted, holderLock } = request;
  const { client, session, tally, abort, range } = services;
  const { snapshotId, encoding, parts, largeObjects } = plan;
  const tables = (parts[part - 1] ?? []).map((planned) => ({ planned, rows: rowsOf(planned) }));
  const { lockTimeoutMs } = request;
  const dump = { snapshotId, encoding, lockTimeoutMs, selection: EVERYTHING };
  const sessions = tables.length === 1 ? jobs : Math.min(jobs, tables.length); // a second one for a table costs copies
  const reading = { ...dump, jobs: sessions, tables: tables.map(({ rows }) => rows) };
  const split = tables.length === 0 ? undefined : await openSplitDump(client, reading, context);
  const sending = { ...request, nameOf: namesInRange(range, encrypted) };
  const { pipeline: plain, sealers } = openPipeline(sending, { ...services, onFailure: abort }, context);
  const { pipeline, chunksOf } = inPartSet(plain, request.set, context.signal);
  try {
    await requireHolder(session, holderLock); // an identifier may name another snapshot once its holder has ended
    const sinks = createSinks(pipeline, tally);
    try {
      const toSend = tables.map(({ planned, rows }) => ({
        table: rows,
        openSink: () => sinks.openTable(planned.file, isToItsEnd(rows)),
      }));
      await split?.dumpEach(toSend, session);
      if (largeObjects?.part === part) await sendLargeObjects(client, dump, { sinks, context });
      await pipeline.finish();
    } catch (error) {
      abort(error);
      await pipeline.abandon();
      throw error;
    }
    return withChunks(sentBy(sinks), chunksOf);
  } finally {
    await split?.close();
    await sealers.close();
  }
}

function sentBy(sinks: Sinks): Sent {
  const stored = sinks.files();
  const tables = stored.flatMap(({ name: file, sizeBytes, sha256, extents }): DoneTable[] => {
    const copy = sinks.tables.get(file)?.copy;
    return copy === undefined ? [] : [{ file, sizeBytes, sha256, extents, copy }];
  });
  const files = stored.filter(({ name }) => !sinks.tables.has(name));
  return files.length === 0 ? { tables } : { tables, files };
}
