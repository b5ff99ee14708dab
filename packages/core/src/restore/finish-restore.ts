import { type BackuperError, isBackuperError, say } from '@postgres-backuper/base';
import type { Session } from '@postgres-backuper/postgres';
import { analyzeDatabase } from './analyze-database.ts';
import { isToBeClosed, reopen } from './closed-database.ts';
import type { FilledDatabase } from './fill-database.ts';
import type { NotRestored } from './not-restored.ts';
import { notSet } from './require-rows.ts';
import { restoreProperties } from './restore-properties.ts';
import type { RestoreRun } from './restore-run.ts';
import { endJournal, mark } from './resume.ts';
import { transformDatabase } from './transform-database.ts';

/**
 * Files that change rows → statistics → right to connect → properties of the database → end of the journal: it comes last, so
 * that a resume finds it after an end at any moment before. Once the rows are as they are to be no error undoes them, but
 * for a drill and with `strict`, where it is thrown. Returns the properties that are not set. `alone`: the session that
 * holds the lock. Errors: those of transformDatabase.
 */
export async function finishRestore(
  run: RestoreRun,
  { loaded, refusedTables }: FilledDatabase,
  alone: Session | undefined,
): Promise<readonly NotRestored[]> {
  const { request, resumable } = run;
  const isWhole = refusedTables.length === 0;
  if (isWhole) await transformDatabase(run);
  if (request.analyze && loaded.length > 0) await makeStatistics(run); // they hold values of rows
  let lacks: readonly NotRestored[] = [];
  const problem = await unlessKept(run, async () => {
    if (isWhole) await reopen(run);
    lacks = await restoreProperties(isWhole ? run : keptClosed(run));
    if (request.mode !== 'scratch' && !isWhole) await mark(run); // in place of the original comment
  });
  if (problem !== undefined) return [...lacks, propertiesLacking(run, problem)];
  const [first] = lacks;
  if (request.strict && first !== undefined) throw notSet(first);
  if (resumable.journal && isWhole && alone !== undefined) await endJournal(run, alone);
  return lacks;
}

async function makeStatistics(run: RestoreRun): Promise<void> {
  const problem = await unlessKept(run, () => analyzeDatabase(run));
  if (problem === undefined) return;
  const text = `statistics are incomplete: ${problem.message}`;
  run.context.emit({ type: 'warning', text, hint: problem.hint });
}

/** Without the grants, if others may not connect before files have changed the rows. */
function keptClosed(run: RestoreRun): RestoreRun {
  if (!isToBeClosed(run)) return run;
  const { request, context } = run;
  const text = `rows are missing, so no file of ${say.option('transform')} was run: others may not connect to '${request.database}'`;
  context.emit({ type: 'warning', text });
  return { ...run, request: { ...request, privileges: false } };
}

/** An error after which the database is kept. */
async function unlessKept(
  { request, context }: RestoreRun,
  work: () => Promise<void>,
): Promise<BackuperError | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    context.signal.throwIfAborted();
    if (!isBackuperError(error) || request.mode === 'scratch' || request.strict) throw error;
    return error;
  }
}

/** Where the database itself could not be reached. */
function propertiesLacking({ request, context }: RestoreRun, { message }: BackuperError): NotRestored {
  const text = `the properties of database '${request.database}' are not set: ${message}`;
  context.emit({ type: 'warning', text, hint: `continue with ${say.option('resume')}` });
  const object = `DATABASE ${request.database}: properties`;
  return { object, lack: 'setting', reason: message, sqlState: '', statement: '' };
}
