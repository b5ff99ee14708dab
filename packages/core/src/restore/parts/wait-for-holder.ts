import { BackuperError, type Context, formatDuration, isBackuperError, say } from '@postgres-backuper/base';
import {
  type Client,
  isRunLockTaken,
  namedSessions,
  readGivenDatabase,
  readJournal,
  readShared,
  type SharedRestore,
  WAITING_NAME,
  withSession,
} from '@postgres-backuper/postgres';
import type { OpenedBackup } from '../opened-backup.ts';
import { RESTORE_LOCK } from '../while-alone.ts';
import { holderGone } from './holder-gone.ts';
import { holderLock } from './holder-lock.ts';

export interface Waiting {
  readonly database: string;
  readonly count: number;
  readonly timeoutMs: number;
}

/** Pause between two looks, milliseconds. */
const LOOK_EVERY_MS = 1000;
/** Looks in a row after which a database that nobody restores into counts as whole, or a run that was seen before as gone. */
const LOOKS = 5;

/**
 * The restore of another run, once its definitions are in the database. Undefined: nothing is left to do, or no restore
 * is under way in a database that has objects. No session stays meanwhile. Errors: parts-missing after `timeoutMs`;
 * holder-gone, once it was seen at work, and then not any more; configuration-invalid for a restore of another backup, or in another number of parts; those of openSession.
 */
export async function waitForHolder(
  { database, count, timeoutMs }: Waiting,
  { client, backup }: { readonly client: Client; readonly backup: OpenedBackup },
  context: Context,
): Promise<SharedRestore | undefined> {
  const { clock, emit, signal } = context;
  const waiting = namedSessions(client, WAITING_NAME);
  const begunAt = clock.elapsed();
  let wasSeen = false;
  const inARow = { idle: 0, wait: 0 };
  for (let looks = 0; ; looks += 1) {
    const seen = await look(waiting, context).catch((error: unknown) => {
      if (wasSeen && isBackuperError(error, 'server-unavailable')) return 'wait'; // who drops the database ends our session
      throw error;
    });
    context.activity?.moved(); // the server answers: only `timeoutMs` ends the wait
    if (typeof seen === 'object') {
      requireFitting(seen, { database, count, backup });
      if (!seen.isOver) return seen;
    }
    inARow.idle = seen === 'idle' ? inARow.idle + 1 : 0;
    inARow.wait = seen === 'wait' ? inARow.wait + 1 : 0;
    wasSeen ||= seen === 'at work';
    if (wasSeen && inARow.wait === LOOKS) throw holderGone();
    if (typeof seen === 'object' || inARow.idle === LOOKS) {
      emit({ type: 'notice', text: `nobody restores into '${database}', or nothing is left there: nothing to do` });
      return undefined;
    }
    if (clock.elapsed() - begunAt > timeoutMs) throw nothingShared(database, timeoutMs);
    if (looks === 0) emit({ type: 'notice', text: `waiting for the restore into '${database}'` });
    await clock.sleep(LOOK_EVERY_MS, { signal });
  }
}

/**
 * `at work`: a restore is under way that shares nothing yet. `idle`: the database has objects, and none is under way or
 * was interrupted there.
 */
async function look(client: Client, context: Context): Promise<SharedRestore | 'at work' | 'wait' | 'idle'> {
  try {
    return await withSession(client, context, async (session) => {
      const shared = await readShared(session);
      const isHeld = shared !== undefined && (await isRunLockTaken(session, holderLock(shared.run)));
      if (isHeld) return shared.batches === 0 ? 'at work' : shared; // it is about to publish its jobs
      if (await isRunLockTaken(session, RESTORE_LOCK)) return 'at work';
      if (shared !== undefined || (await readJournal(session)) !== undefined) return 'wait';
      return (await readGivenDatabase(session)).objectCount > 0 ? 'idle' : 'wait';
    });
  } catch (error) {
    if (isBackuperError(error, 'database-missing', 'database-closed')) return 'wait';
    throw error;
  }
}

function requireFitting(
  { commit, label, count: given }: SharedRestore,
  { database, count, backup }: Pick<Waiting, 'database' | 'count'> & { readonly backup: OpenedBackup },
): void {
  const refused = (text: string, hint: string) => new BackuperError('configuration-invalid', text, { hint });
  if (commit !== backup.commit.objects.sha256)
    throw refused(
      `'${label}' is being restored into '${database}'`,
      `give all jobs of the restore the label '${label}'`,
    );
  if (count !== given)
    throw refused(
      `the restore into '${database}' has ${given} parts, not ${count}`,
      `give ${say.option('part')} the number that the other job has in ${say.option('parts')}`,
    );
}

function nothingShared(database: string, timeoutMs: number): BackuperError {
  const text = `no restore in parts is under way in '${database}' after ${formatDuration(timeoutMs)}`;
  return new BackuperError('parts-missing', text, {
    hint: `look at the job with ${say.option('parts')}: it needs the same database and label as this one`,
  });
}
