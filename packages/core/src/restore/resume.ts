import { BackuperError, isBackuperError, say } from '@postgres-backuper/base';
import {
  createJournal,
  dropJournal,
  type Journal,
  literal,
  markUnfinished,
  readGivenDatabase,
  readJournal,
  type Session,
  sql,
  unfinishedText,
  WAITING_NAME,
  withSession,
} from '@postgres-backuper/postgres';
import { closeGiven, isToBeClosed } from './closed-database.ts';
import { onMaintenance, onNew, type RestoreRun } from './restore-run.ts';
import { hashesOf } from './transform-database.ts';
import { soon, WAITS_FOR_LOCK } from './while-alone.ts';

/** Makes the journal; without it, an interrupted restore begins again. */
export async function beginJournal(run: RestoreRun): Promise<void> {
  const { extensionsBefore, connect: grants } = run.resumable;
  const transform = grants === undefined ? undefined : { files: hashesOf(run.request.transforms ?? []), grants };
  run.resumable.journal = await withSession(onNew(run), run.context, (session) =>
    createJournal(session, { ...which(run), extensionsBefore, transform }),
  );
}

/** Marks the database as unfinished, in its comment. */
export function mark(run: RestoreRun): Promise<void> {
  const { request, backup } = run;
  return onMaintenance(run, (session) =>
    markUnfinished(session, { name: request.database, label: backup.catalog.label }),
  );
}

/**
 * Reads the journal of an interrupted restore. Errors: nothing-to-resume when there is none, or one of another backup;
 * database-in-use. `alone`: the session that holds the lock of the database.
 */
export async function continueJournal(run: RestoreRun, alone: Session): Promise<void> {
  const { request, selected, context, resumable } = run;
  await untilAlone(alone, run);
  const journal = await readJournal(alone);
  const { label, commit } = which(run);
  if (journal === undefined) {
    if (await isJustCreated(alone, run)) return beginJournal(run);
    throw new BackuperError('nothing-to-resume', `database '${request.database}' holds no interrupted restore`, {
      hint: `restore into a new database, without ${say.option('resume')}`,
    });
  }
  if (journal.commit !== commit) {
    const text = `database '${request.database}' holds an interrupted restore of '${journal.label}', not of '${label}'`;
    throw new BackuperError('nothing-to-resume', text, {
      hint: `resume with '${journal.label}', or drop the database`,
    });
  }
  requireSameFiles(run, journal);
  resumable.journal = true;
  resumable.connect = journal.transform?.grants;
  resumable.extensionsBefore = journal.extensionsBefore;
  resumable.done = journal.done;
  const tables = selected.tables.filter(({ dumpId }) => journal.done.has(dumpId)).length;
  resumable.tables = tables;
  context.emit({ type: 'notice', text: `resuming: ${tables} of ${selected.tables.length} tables are there already` });
  if (resumable.connect !== undefined) await closeGiven(alone, run);
}

/**
 * Whether a run of this backup ended while it created the database, before it could note anything: the server finishes
 * CREATE DATABASE, and the mark may be missing.
 */
async function isJustCreated(alone: Session, run: RestoreRun): Promise<boolean> {
  if (run.target.given !== undefined || isToBeClosed(run)) return false;
  const { label } = which(run);
  const [database] = await alone.query<{ comment: string | null }>(
    sql`SELECT pg_catalog.shobj_description(oid, 'pg_database') AS comment FROM pg_catalog.pg_database
         WHERE datname = pg_catalog.current_database()`,
  );
  if (database === undefined || (database.comment !== null && database.comment !== unfinishedText(label))) return false;
  const { objectCount, properties } = await readGivenDatabase(alone);
  const { encoding, collate } = run.backup.catalog.database;
  return objectCount === 0 && properties.encoding === encoding && properties.collate === collate;
}

/** Without them, others would see rows that the first run was to change. Errors: nothing-to-resume. */
function requireSameFiles({ request }: RestoreRun, { transform }: Journal): void {
  const files = hashesOf(request.transforms ?? []);
  if (files.join() === (transform?.files ?? []).join()) return;
  const text = `the interrupted restore into '${request.database}' was begun with other files for ${say.option('transform')}`;
  throw new BackuperError('nothing-to-resume', text, {
    hint: 'give the same files in the same order, or drop the database and restore again',
  });
}

/** What a killed run left to the server may still work there, without its lock. Errors: database-in-use. */
async function untilAlone(session: Session, { request, context }: RestoreRun): Promise<void> {
  const others = sql`SELECT FROM pg_catalog.pg_stat_activity WHERE datname = pg_catalog.current_database()
    AND usename = current_user AND pid <> pg_catalog.pg_backend_pid() AND backend_type = 'client backend'
    AND NOT (${WAITS_FOR_LOCK}) AND application_name <> ${literal(WAITING_NAME)}`;
  if (await soon(context, async () => (await session.query(others)).length === 0)) return;
  const text = `other sessions of this role work in '${request.database}': perhaps its restore still runs`;
  throw new BackuperError('database-in-use', text, { hint: 'wait until they have ended, or end them, then resume' });
}

/**
 * Drops the journal, in the session that holds the lock: it was opened before the properties of the database could
 * forbid that. All else is there, so a failure is a warning.
 */
export async function endJournal(run: RestoreRun, alone: Session): Promise<void> {
  try {
    await dropJournal(alone);
  } catch (error) {
    if (!isBackuperError(error)) throw error;
    run.context.signal.throwIfAborted();
    const text = `the schema 'pgbackuper_restore' stays in '${run.request.database}': ${error.message}`;
    const hint = `the restore is done: drop the schema, or give ${say.option('resume')}, which does it`;
    run.context.emit({ type: 'warning', text, hint });
  }
}

function which({ backup }: RestoreRun): { readonly label: string; readonly commit: string } {
  return { label: backup.catalog.label, commit: backup.commit.objects.sha256 };
}
