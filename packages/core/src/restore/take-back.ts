import { isBackuperError } from '@postgres-backuper/base';
import { identifier, joined, onDatabase, sql, type TocEntry, wholeNumber } from '@postgres-backuper/postgres';
import { type EntryJob, entrySteps, type RefusedEntry } from './entry-jobs.ts';
import { keepSession } from './kept-session.ts';
import { inItsEncoding, type RestoreRun } from './restore-run.ts';
import { runEntries } from './run-entries.ts';

/** What acts on rows that come later: a trigger alters them, a key is not valid or refuses their order. */
const ACTS_ON_ROWS: ReadonlySet<string> = new Set(['TRIGGER', 'FK CONSTRAINT', 'CHECK CONSTRAINT']);

/**
 * Drops what an earlier run made and what must come after the rest; this run makes it again. Its notes leave the journal
 * in the same transaction. Event triggers go first: one may forbid all else. Errors: as runEntries.
 */
export async function takeBack(run: RestoreRun): Promise<void> {
  const { chosen, selected, resumable } = run;
  const { done } = resumable;
  const events = chosen.kept.filter(({ dumpId, description }) => description === 'EVENT TRIGGER' && done.has(dumpId));
  const rowsLeft = selected.tables.some(({ dumpId }) => !done.has(dumpId));
  const gone = [...(await dropEventTriggers(run, events)), ...(rowsLeft ? await dropTakenBack(run) : [])];
  const ids = new Set(gone);
  resumable.done = new Set([...done].filter((id) => !ids.has(id)));
}

/** Returns the ids of what is gone. Without the function of `runText`, which an event trigger may forbid. */
async function dropEventTriggers(run: RestoreRun, entries: readonly TocEntry[]): Promise<readonly number[]> {
  const users = usersOf(run.chosen.kept);
  const gone: number[] = [];
  if (entries.length === 0) return gone;
  await inItsEncoding(run, async (session) => {
    for (const { dumpId, tag } of entries) {
      const ids = [dumpId, ...(users.get(dumpId) ?? [])];
      const note = sql`DELETE FROM pgbackuper_restore.done WHERE dump_id IN (${joined(ids.map(wholeNumber))})`;
      try {
        await session.execute(sql`BEGIN; DROP EVENT TRIGGER IF EXISTS ${identifier(tag)}; ${note}; COMMIT`);
        gone.push(...ids);
      } catch (error) {
        if (!isBackuperError(error, 'statement-failed', 'privilege-missing')) throw error;
        await session.execute(sql`ROLLBACK`);
      }
    }
  });
  return gone;
}

async function dropTakenBack({ request, target, chosen, dump, context }: RestoreRun): Promise<readonly number[]> {
  const server = onDatabase(target.client.server, request.database);
  const session = keepSession({ ...target.client, server }, dump, context);
  try {
    const all = takenBack(chosen.kept);
    const jobs = all.map(({ job }) => job);
    const refused = await runEntries(jobs, { session, journal: false }, context);
    const stays = new Set(refused.map(({ job }) => job));
    return all.filter(({ job }) => !stays.has(job)).flatMap(({ ids }) => ids);
  } finally {
    await session.close();
  }
}

interface TakenBack {
  readonly job: EntryJob;
  /** Dump ids: of the entry, and of comments on it. */
  readonly ids: readonly number[];
}

/** Pure. From the last to the first. */
export function takenBack(entries: readonly TocEntry[]): readonly TakenBack[] {
  const users = usersOf(entries);
  const taken = entries.filter(({ description }) => ACTS_ON_ROWS.has(description)).reverse();
  return taken.map((entry) => {
    const ids = [entry.dumpId, ...(users.get(entry.dumpId) ?? [])];
    const note = `DELETE FROM pgbackuper_restore.done WHERE dump_id IN (${ids.join(', ')});`;
    return { ids, job: { entry, definition: `${dropOf(entry)}${note}`, owner: '' } };
  });
}

/** The ids of what depends on each entry, such as comments. */
function usersOf(entries: readonly TocEntry[]): ReadonlyMap<number, readonly number[]> {
  const users = new Map<number, number[]>();
  for (const { dumpId, dependencies } of entries) {
    for (const id of dependencies) {
      const known = users.get(id);
      if (known === undefined) users.set(id, [dumpId]);
      else known.push(dumpId);
    }
  }
  return users;
}

/** A trigger of a partition goes with that of its root: the archive only switches it on or off. */
function dropOf({ description, definition, dropStatement }: TocEntry): string {
  return description === 'TRIGGER' && !/^\s*CREATE /.test(definition) ? '' : dropStatement;
}

/** Objects that an earlier run made: their owner may have been refused then, or not been asked for. */
export function ownersAgain({ request, chosen, resumable }: RestoreRun): readonly RefusedEntry[] {
  const made = chosen.kept.filter(({ dumpId }) => resumable.done.has(dumpId));
  const jobs = Object.values(entrySteps(made, request)).flat();
  return jobs.filter(({ owner }) => owner !== '').map((job) => ({ job, refusal: NOT_TRIED }));
}

const NOT_TRIED = { part: 'owner', sqlState: '', message: '', detail: '', hint: '' } as const;
