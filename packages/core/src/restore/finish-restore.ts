import { type BackuperError, isBackuperError, say } from '@postgres-backuper/base';
import type { Session } from '@postgres-backuper/postgres';
import { analyzeDatabase } from './analyze-database.ts';
import { type Assertion, assertDatabase, assertionFailed, unmetText } from './assert-database.ts';
import { isToBeClosed, reopen } from './closed-database.ts';
import { compareLive, onLive } from './compare-live.ts';
import type { FilledDatabase } from './fill-database.ts';
import type { NotRestored } from './not-restored.ts';
import { notSet } from './require-rows.ts';
import { restoreProperties } from './restore-properties.ts';
import { onNew, type RestoreRun } from './restore-run.ts';
import { endJournal, mark } from './resume.ts';
import { searchPathOf } from './search-path.ts';
import { transformDatabase } from './transform-database.ts';

/** Filled, and what is asserted about its rows. */
export interface AssertedDatabase extends FilledDatabase {
  readonly assertions: readonly Assertion[];
}

export interface FinishedRestore {
  /** Properties that are not set. */
  readonly properties: readonly NotRestored[];
  /** Of the user; none where rows are missing. */
  readonly assertions: readonly Assertion[];
}

/**
 * Files that change rows → statistics → assertions → right to connect → properties of the database → end of the journal: it comes last, so
 * that a resume finds it after an end at any moment before. Once the rows are as they are to be no error undoes them, but
 * for a drill and with `strict`, where it is thrown. `alone`: the session that
 * holds the lock. Errors: those of transformDatabase.
 */
export async function finishRestore(
  run: RestoreRun,
  { loaded, refusedTables }: FilledDatabase,
  alone: Session | undefined,
): Promise<FinishedRestore> {
  const { request, resumable } = run;
  const isWhole = refusedTables.length === 0;
  if (isWhole) await transformDatabase(run);
  if (request.analyze && loaded.length > 0) await makeStatistics(run); // they hold values of rows
  const assertions = isWhole ? [...(await assertRows(run)), ...(await compareWithLive(run, loaded))] : [];
  const unmet = unmetText(assertions);
  if (request.strict && unmet !== undefined) throw assertionFailed(unmet, { hint: STRICTLY });
  const opens = isWhole && unmet === undefined;
  let lacks: readonly NotRestored[] = [];
  const problem = await unlessKept(run, async () => {
    if (opens) await reopen(run);
    const why = unmet ?? `rows are missing, so no file of ${say.option('transform')} was run`;
    lacks = await restoreProperties(opens ? run : keptClosed(run, why));
    if (request.mode !== 'scratch' && !isWhole) await mark(run); // in place of the original comment
  });
  if (problem !== undefined) return { assertions, properties: [...lacks, propertiesLacking(run, problem)] };
  const [first] = lacks;
  if (request.strict && first !== undefined) throw notSet(first);
  if (resumable.journal && isWhole && alone !== undefined) await endJournal(run, alone);
  return { assertions, properties: lacks };
}

const STRICTLY = `the rows are those of the backup; without ${say.option('strict')} the database is kept, to look at it`;

function assertRows(run: RestoreRun): Promise<readonly Assertion[]> {
  const { request, backup, context } = run;
  const files = { files: request.asserts ?? [], searchPath: searchPathOf(backup.catalog.database) };
  return assertDatabase(onNew(run), files, context);
}

async function compareWithLive(run: RestoreRun, loaded: FilledDatabase['loaded']): Promise<readonly Assertion[]> {
  const { request, backup, target, context } = run;
  if (request.live === undefined) return [];
  const { tolerance } = request.live;
  const source = onLive(request.live, backup.catalog.database.name);
  return compareLive(loaded, { source, tolerance, programs: target.client.programs }, context);
}

async function makeStatistics(run: RestoreRun): Promise<void> {
  const problem = await unlessKept(run, () => analyzeDatabase(run));
  if (problem === undefined) return;
  const text = `statistics are incomplete: ${problem.message}`;
  run.context.emit({ type: 'warning', text, hint: problem.hint });
}

/** Without the grants, if others may not connect before files have changed the rows. */
function keptClosed(run: RestoreRun, why: string): RestoreRun {
  if (!isToBeClosed(run)) return run;
  const { request, context } = run;
  const text = `others may not connect to '${request.database}': ${why}`;
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
