import { type Context, limitedTo, toBackuperError } from '@postgres-backuper/base';
import {
  type Client,
  dropJournal,
  readGivenDatabase,
  readJournal,
  removeSubscriptions,
  type TocEntry,
  withSession,
} from '@postgres-backuper/postgres';
import { reopen } from './closed-database.ts';
import type { EntryJob } from './entry-jobs.ts';
import { keepSession } from './kept-session.ts';
import { unlinkAll } from './load-large-objects.ts';
import { onNew, type RestoreRun } from './restore-run.ts';
import { runEntries } from './run-entries.ts';

/** Limit for the removal after an error or a cancel, milliseconds. */
const UNDO_MS = 30_000;

/**
 * Drops what the restore made in a database that existed, and nothing else: not the schema public, not the extensions
 * that were there. A warning names what is left. Never rejects.
 */
export async function undoGiven(run: RestoreRun, extensionsBefore: readonly string[]): Promise<void> {
  const { request, context } = run;
  const patient = limitedTo(UNDO_MS, context);
  const client = onNew(run);
  const left = await remove(run, { extensionsBefore, client, context: patient }).catch(
    (error: unknown) => toBackuperError(error).message,
  );
  if (left === undefined) await reopen({ ...run, context: patient });
  else {
    const text = `what the restore made in '${request.database}' is partly still there (${left}); drop it by hand${run.resumable.connect === undefined ? '' : ', then give others the right to connect back'}`;
    context.emit({ type: 'warning', text });
  }
}

interface Undoing {
  readonly extensionsBefore: readonly string[];
  readonly client: Client;
  readonly context: Context;
}

/** Returns what is left. */
async function remove(run: RestoreRun, { extensionsBefore, client, context }: Undoing): Promise<string | undefined> {
  const { request, chosen, selected } = run;
  await withSession(client, context, (session) =>
    removeSubscriptions(session, { client, name: request.database }, context),
  );
  const journal = run.resumable.journal ? await withSession(client, context, readJournal) : undefined;
  // without a journal, all entries: the database was empty
  const made = chosen.kept.filter((entry) => journal?.done.has(entry.dumpId) !== false);
  await dropEntries(run, made.filter((entry) => !stays(entry, extensionsBefore)).toReversed(), { client, context });
  if (selected.largeObjects) await unlinkAll(client, context);
  return withSession(client, context, async (session) => {
    if (run.resumable.journal) await dropJournal(session);
    const { objects, objectCount } = await readGivenDatabase(session);
    return objectCount === 0 ? undefined : objects.join(', ');
  });
}

function stays({ description, tag }: TocEntry, extensionsBefore: readonly string[]): boolean {
  if (description === 'EXTENSION') return extensionsBefore.includes(tag);
  return description === 'SCHEMA' && tag === 'public';
}

/** In rounds, as long as one drops something: what others need cannot be dropped before them. */
async function dropEntries(
  run: RestoreRun,
  entries: readonly TocEntry[],
  { client, context }: Omit<Undoing, 'extensionsBefore'>,
): Promise<void> {
  const session = keepSession(client, run.dump, context);
  try {
    let jobs: readonly EntryJob[] = entries
      .filter(({ dropStatement }) => dropStatement !== '')
      .map((entry) => ({ entry, definition: entry.dropStatement, owner: '' }));
    for (let before = jobs.length + 1; jobs.length > 0 && jobs.length < before; ) {
      before = jobs.length;
      const refused = await runEntries(jobs, { session, journal: false }, context);
      jobs = refused.filter(({ refusal }) => !IS_GONE.has(refusal.sqlState)).map(({ job }) => job);
    }
  } finally {
    await session.close();
  }
}

/** undefined object, table, function, column, schema: it was never made, or went with another one. */
const IS_GONE = new Set(['42704', '42P01', '42883', '42703', '3F000']);
