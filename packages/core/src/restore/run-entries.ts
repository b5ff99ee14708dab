import type { Context } from '@postgres-backuper/base';
import { type Refusal, serverErrorOf, type TextToRun } from '@postgres-backuper/postgres';
import type { EntryJob, RefusedEntry } from './entry-jobs.ts';
import type { KeptSession } from './kept-session.ts';

/** Sent ahead of their answers: the pipe of answers holds 64 KiB, and a refusal has 2,000 characters at most. */
const AHEAD = 16;

export interface EntryServices {
  readonly session: KeptSession;
  /** Whether the database has a journal, which notes each entry that is done. */
  readonly journal: boolean;
}

/**
 * Runs entries one after another, each in a transaction of its own, and returns those that the server refused. Errors:
 * server-unavailable, server-full, server-damaged.
 */
export async function runEntries(
  jobs: readonly EntryJob[],
  { session, journal }: EntryServices,
  context: Pick<Context, 'signal'>,
): Promise<RefusedEntry[]> {
  const refused: RefusedEntry[] = [];
  const texts = jobs.map((job) => textToRun(job, journal));
  for (let at = 0; at < texts.length; at += AHEAD) {
    context.signal.throwIfAborted();
    const answers = await (await session.get()).run(texts.slice(at, at + AHEAD));
    for (const [index, answer] of answers.entries()) {
      const job = jobs[at + index];
      if (answer !== undefined && job !== undefined) refused.push({ job, refusal: entryRefusal(answer) });
    }
  }
  return refused;
}

export function textToRun(job: EntryJob, journal: boolean): TextToRun {
  const { entry, definition, owner, searchPath } = job;
  return { definition, owner, searchPath, journal: journal && isNoted(job) ? entry.dumpId : undefined };
}

/** Rows of a view are made again by a resumed restore: rows that they need may have come later. */
function isNoted({ entry, ownerOnly }: EntryJob): boolean {
  return ownerOnly !== true && entry.description !== 'MATERIALIZED VIEW DATA';
}

/**
 * A refusal that concerns the entry. A session that answers is there: an unavailable server is another one, such as the
 * foreign server of a view. Errors: server-full, server-damaged.
 */
export function entryRefusal(refusal: Refusal): Refusal {
  const error = serverErrorOf(refusal);
  if (error !== undefined && OF_ALL.has(error.code)) throw error;
  return refusal;
}

/** Every other entry would fail for the same reason. */
const OF_ALL: ReadonlySet<string> = new Set(['server-full', 'server-damaged']);
