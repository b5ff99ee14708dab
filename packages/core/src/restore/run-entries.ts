import type { Context } from '@postgres-backuper/base';
import { type Refusal, serverErrorOf } from '@postgres-backuper/postgres';
import type { EntryJob, RefusedEntry } from './entry-jobs.ts';
import type { KeptSession } from './kept-session.ts';
import type { RunnableText, TextAnswers } from './run-texts.ts';

/** Sent ahead of their answers: the pipe of answers holds 64 KiB, and a refusal has 2,000 characters at most. */
const AHEAD = 16;

export interface EntryServices {
  readonly session: KeptSession;
  /** Whether the database has a journal, which notes each entry that is done. */
  readonly journal: boolean;
}

/**
 * Runs entries one after another, each in a transaction of its own, and returns those that the server refused, also
 * with an end of the session. Errors: server-unavailable, server-full, server-damaged.
 */
export async function runEntries(
  jobs: readonly EntryJob[],
  { session, journal }: EntryServices,
  { signal }: Pick<Context, 'signal'>,
): Promise<RefusedEntry[]> {
  const refused: RefusedEntry[] = [];
  const texts = jobs.map((job) => textToRun(job, journal));
  for (let at = 0; at < texts.length; ) {
    signal.throwIfAborted();
    const answers = await run(texts.slice(at, at + AHEAD), session);
    for (const [index, answer] of answers.entries()) {
      const [job, text] = [jobs[at + index], texts[at + index]];
      if (answer === undefined || job === undefined || text === undefined) continue;
      const refusal = isDoubtful(answer) ? await runAgain(text, session) : answer;
      if (refusal !== undefined) refused.push({ job, refusal });
    }
    at += answers.length;
  }
  return refused;
}

/** The answers up to the first text that ended the session: the next `get` opens another one. */
async function run(texts: readonly RunnableText[], session: KeptSession): Promise<TextAnswers['answers']> {
  const { answers, isOver } = await (await session.get()).run(texts);
  if (isOver) await session.close();
  return answers;
}

/** Not noted: rows of a view, since rows that they need may come later, and grants, which may be without effect. */
function textToRun(job: EntryJob, journal: boolean): RunnableText {
  const { entry, definition, owner, searchPath, ownerOnly } = job;
  const isGrant = /^(DEFAULT )?ACL/.test(entry.description);
  const isNoted = journal && ownerOnly !== true && !isGrant && entry.description !== 'MATERIALIZED VIEW DATA';
  return { definition, owner, searchPath, journal: isNoted ? entry.dumpId : undefined, isGrant };
}

/** After these every other entry would fail for the same reason, unless a function of the backup raised them. */
const OF_ALL: ReadonlySet<string> = new Set(['server-full', 'server-damaged']);
const QUERY_CANCELED = '57014';

function isDoubtful(refusal: Refusal): boolean {
  const error = serverErrorOf(refusal);
  return refusal.sqlState === QUERY_CANCELED || (error !== undefined && OF_ALL.has(error.code));
}

/** The refusal, if a function raised it. Errors: those of the server itself. */
async function runAgain(text: RunnableText, session: KeptSession): Promise<Refusal | undefined> {
  const [refusal] = await run([{ ...text, endsSession: true }], session);
  return refusal;
}
