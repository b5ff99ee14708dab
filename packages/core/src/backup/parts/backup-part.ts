import type { KeyObject } from 'node:crypto';
import { BackuperError, type Context, say } from '@postgres-backuper/base';
import { type BackupId, type ChunkKeys, type DonePart, dataKey, type PartsPlan } from '@postgres-backuper/format';
import { namedSessions, openSession } from '@postgres-backuper/postgres';
import { createStore, type Repository } from '@postgres-backuper/repository';
import type { BackupRequest, BackupServices } from '../../backup.ts';
import { checkFirst } from '../check-first.ts';
import { createTally } from '../tally.ts';
import { readersOf } from './holder-parts.ts';
import { requireHolder, watchHolder } from './holder-watch.ts';
import { type LeftOutPart, leftOutParts } from './left-out-parts.ts';
import type { PartsPlace } from './parts-storage.ts';
import { type Reading, readFree } from './read-free.ts';
import { runLocks } from './run-locks.ts';
import { readOf } from './units.ts';
import { isWhole, waitForPlan } from './wait-for-plan.ts';

export interface BackupPartRequest
  extends Pick<
    BackupRequest,
    'name' | 'jobs' | 'splitFromBytes' | 'selection' | 'largeObjects' | 'segmentBytes' | 'compression' | 'lockTimeoutMs'
  > {
  readonly label: string;
  /** From 1; undefined: parts that nobody reads, one after another. */
  readonly part: number | undefined;
  /** Number of parts that the plan must have. */
  readonly count: number;
  readonly key: KeyObject;
  /** What chunks are made with, where the plan is that of a backup in a set. */
  readonly keys: ChunkKeys;
  /** How long to wait for the plan, milliseconds. */
  readonly timeoutMs: number;
}

/** What one job read of the backup of another. */
export interface BackupPartResult {
  readonly label: string;
  readonly name: string;
  /** Of the whole backup. */
  readonly count: number;
  /** Empty: others read, or had read, what was asked for, or it is left out. */
  readonly parts: readonly ReadPart[];
  /** What was asked for and this job does not read, whoever else does. */
  readonly leftOut: readonly LeftOutPart[];
}

export interface ReadPart {
  readonly part: number;
  readonly tables: number;
  readonly largeObjects: boolean;
  readonly rows: number;
  readonly rawBytes: number;
  readonly storedBytes: number;
  readonly durationMs: number;
}

/**
 * Reads parts of the backup of another run: plan → lock of a part → snapshot → rows → list of the part. It commits nothing.
 * Errors: those of the checks; parts-missing, holder-gone; configuration-invalid for a plan that does not fit the request.
 */
export async function backupPart(
  request: BackupPartRequest,
  services: BackupServices,
  outer: Context,
): Promise<BackupPartResult> {
  const { name, label, count, key, timeoutMs } = request;
  const id: BackupId = { name, label };
  const { destinations: repositories } = services;
  outer.emit({ type: 'phase', phase: 'check', text: 'checking server, keys and repository' });
  const { client: found, failures } = await checkFirst(request, services, outer);
  const client = namedSessions(found, `postgres-backuper ${label}`);
  const storages = repositories.map(({ storage }) => storage);
  const { destinations } = createStore(storages, (object) => dataKey(id, object), outer);
  for (const [index, destination] of destinations.entries()) destination.failure = failures[index];
  const place: PartsPlace = { id, binding: { ...id, key }, destinations };
  const plan = await waitForPlan({ place, timeoutMs }, repositories, outer);
  if (plan === undefined) return { label, name, count, parts: [], leftOut: [] };
  checkPlan(plan, request, repositories);
  const reading = { request, plan, place, client };
  const parts = await readParts(reading, services, outer);
  return { label, name, count, parts: parts.map(describe), leftOut: leftOutParts(reading) };
}

async function readParts(reading: Reading, services: BackupServices, outer: Context): Promise<readonly DonePart[]> {
  const { plan, place, client } = reading;
  const stop = new AbortController();
  const context = { ...outer, signal: AbortSignal.any([outer.signal, stop.signal]) };
  const abort = (error: unknown): void => stop.abort(error);
  const locks = runLocks(place.id, plan.run);
  const session = await openSession(client, context);
  const tally = createTally(context, () => 0);
  const watch = watchHolder(session, { lock: locks.holder, abort }, context);
  const read: DonePart[] = [];
  try {
    await requireHolder(session, locks.holder);
    for await (const done of readFree(reading, { ...services, session, locks, tally, abort }, context)) read.push(done);
    return read;
  } catch (error) {
    outer.signal.throwIfAborted();
    const cause = stop.signal.reason instanceof Error ? stop.signal.reason : error;
    if (await isWhole(place, services.destinations, outer).catch(() => false)) return read; // others read the rest
    await requireHolder(session, locks.holder).catch((gone: unknown) => {
      throw gone instanceof BackuperError && gone.code === 'holder-gone' ? gone : cause;
    });
    throw cause;
  } finally {
    await watch.end();
    tally.end();
    await session.close();
  }
}

/** Errors: configuration-invalid. */
function checkPlan(plan: PartsPlan, { count }: BackupPartRequest, repositories: readonly Repository[]): void {
  const refused = (text: string, hint: string) => new BackuperError('configuration-invalid', text, { hint });
  if (plan.parts.length !== count)
    throw refused(
      `the plan has ${plan.parts.length} parts, not ${count}`,
      `give ${say.option('part')} the number that the other job has in ${say.option('parts')}`,
    );
  const [first] = repositories as readonly [Repository];
  if (plan.readers !== readersOf(first.encryption, first.cipher))
    throw refused(
      'the job that holds the snapshot encrypts for other keys',
      `give all jobs the same ${say.option('publicKey')}`,
    );
}

function describe(done: DonePart): ReadPart {
  return { ...readOf(done), rows: done.tables.reduce((sum, { copy }) => sum + copy.rows, 0) };
}
