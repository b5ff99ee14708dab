import type { Context } from '@postgres-backuper/base';
import type { DonePart, PartsPlan } from '@postgres-backuper/format';
import { areOfOneSession, type Client, releaseRunLock, type Session, tryRunLock } from '@postgres-backuper/postgres';
import type { Repository } from '@postgres-backuper/repository';
import type { BackupServices } from '../../backup.ts';
import type { createTally } from '../tally.ts';
import type { BackupPartRequest } from './backup-part.ts';
import { askedParts, whyLeftOut } from './left-out-parts.ts';
import { openPartSet } from './open-part-set.ts';
import type { PartSet } from './part-set.ts';
import { type PartsPlace, readDoneParts } from './parts-storage.ts';
import type { RunLocks } from './run-locks.ts';
import { storePart } from './store-part.ts';
import { isWhole } from './wait-for-plan.ts';

/** Pause between two looks at parts that other workers read, milliseconds. */
const LOOK_EVERY_MS = 2000;

export interface Reading {
  readonly request: BackupPartRequest;
  readonly plan: PartsPlan;
  readonly place: PartsPlace;
  readonly client: Client;
}

export interface ReadServices extends BackupServices {
  readonly session: Session;
  readonly locks: RunLocks;
  readonly tally: ReturnType<typeof createTally>;
  readonly abort: (error: unknown) => void;
}

/**
 * Every part that is asked for and that nobody reads or has read, as it becomes whole. Where any one will do, also those
 * that other workers read and do not end: it looks on until each is stored, or in the hands of the run with the snapshot.
 * Errors: those of storePart, openPartSet, of the session and the storage.
 */
export async function* readFree(reading: Reading, services: ReadServices, context: Context): AsyncGenerator<DonePart> {
  const { request } = reading;
  const tell = tellOnce(request, context);
  const storedParts = createStoredParts(reading, context);
  const read = createReader(reading, services, context);
  let left = askedParts(reading);
  while (left.length > 0) {
    const later: number[] = [];
    for (const part of left) {
      const why = whyLeftOut(part, reading) ?? (await whyNot(part, { ...reading, storedParts }, services, context));
      if (why === undefined) yield await read(part);
      else if (why === READ_BY_OTHER && (await mayBecomeFree(part, reading, services))) later.push(part);
      if (why !== undefined) tell(part, why);
    }
    if (later.length > 0) await pause(context);
    left = later;
  }
}

const READ_BY_OTHER = 'is read by another job';

function tellOnce({ count }: BackupPartRequest, { emit }: Context): (part: number, why: string) => void {
  const told = new Set<string>();
  return (part, why) => {
    const text = `part ${part} of ${count} ${why}: nothing to do`;
    if (!told.has(text)) emit({ type: 'notice', text });
    told.add(text);
  };
}

/** A worker that dies gives its part back; the run with the snapshot does not: all end with it. */
async function mayBecomeFree(part: number, { request }: Reading, { session, locks }: ReadServices): Promise<boolean> {
  return request.part === undefined && !(await areOfOneSession(session, [locks.part(part), locks.holder]));
}

/** Others may take hours: while the server answers, that is no stall of this one. */
async function pause({ activity, clock, signal }: Context): Promise<void> {
  activity?.moved();
  await clock.sleep(LOOK_EVERY_MS, { signal });
}

function createReader({ request, plan, place, client }: Reading, services: ReadServices, context: Context) {
  const { session, locks, tally, abort, sealThreads, destinations } = services;
  const [first] = destinations as readonly [Repository];
  let set: PartSet | undefined;
  return async (part: number): Promise<DonePart> => {
    context.emit({ type: 'phase', phase: 'dump', text: `reading part ${part} of ${request.count}` });
    set ??= await openPartSet({ set: plan.set, keys: request.keys, place }, destinations, context);
    const { jobs, segmentBytes, compression, lockTimeoutMs } = request;
    const how = { jobs, segmentBytes, compression, lockTimeoutMs, set, encrypted: first.encryption !== 'none' };
    const toStore = { ...how, plan, part, holderLock: locks.holder };
    const done = await storePart(
      toStore,
      { client, cipher: first.cipher, sealThreads, place, session, tally, abort },
      context,
    );
    await releaseRunLock(session, locks.part(part));
    return done;
  };
}

/** Numbers of the parts that are whole by now: each list is read once, since it may be large. */
function createStoredParts({ plan, place }: Reading, { signal }: Context): () => Promise<ReadonlySet<number>> {
  const known = new Set<number>();
  const stored = new Set<number>();
  return async () => {
    for (const { part } of await readDoneParts(place, { run: plan.run, known }, { signal })) stored.add(part);
    return stored;
  };
}

/** Takes the lock of a part, or says why it is not read. */
async function whyNot(
  part: number,
  { place, storedParts }: Reading & { readonly storedParts: () => Promise<ReadonlySet<number>> },
  { session, locks, destinations }: ReadServices,
  { signal }: Context,
): Promise<string | undefined> {
  if (!(await tryRunLock(session, locks.part(part)))) return READ_BY_OTHER;
  const isStored = (await storedParts()).has(part) || (await isWhole(place, destinations, { signal })); // then the lists are gone
  if (!isStored) return undefined;
  await releaseRunLock(session, locks.part(part));
  return 'is stored already';
}
