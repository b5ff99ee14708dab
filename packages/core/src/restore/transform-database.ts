import { createHash } from 'node:crypto';
import { BackuperError } from '@postgres-backuper/base';
import { noteStatement, runTransform, type SqlFile } from '@postgres-backuper/postgres';
import { entrySteps } from './entry-jobs.ts';
import { keepSession } from './kept-session.ts';
import { objectName } from './not-restored.ts';
import { onNew, type RestoreRun } from './restore-run.ts';
import { runEntries } from './run-entries.ts';
import { searchPathOf } from './search-path.ts';

/** The id that notes file `index`, from 0, as done: those of the archive are positive, that of large objects is -1. */
const idOf = (index: number): number => -2 - index;

/** SHA-256 of each file, which tells a resumed restore whether they are the same. */
export function hashesOf(files: readonly SqlFile[]): readonly string[] {
  return files.map(({ text }) => createHash('sha256').update(text).digest('hex'));
}

/**
 * Changes the rows by the files of the request, each in one transaction; those that an earlier run has done are not run
 * again. Then fills materialized views again, which hold rows from before. Errors: those of runTransform.
 */
export async function transformDatabase(run: RestoreRun): Promise<void> {
  const { request, backup, resumable, context } = run;
  const { transforms = [] } = request;
  const { encoding } = backup.catalog.database;
  for (const [index, file] of transforms.entries()) {
    const id = idOf(index);
    if (resumable.done.has(id)) continue;
    context.emit({ type: 'phase', phase: 'transform', text: `running '${file.name}'` });
    const searchPath = searchPathOf(backup.catalog.database);
    const note = resumable.journal ? noteStatement(id) : undefined;
    const bytes = { file, searchPath, note, encoding: encoding === 'SQL_ASCII' ? encoding : 'UTF8' };
    await runTransform(onNew(run), bytes, context);
  }
  if (transforms.length > 0) await refreshAgain(run);
}

/** Errors: transform-failed, where one keeps rows from before. */
async function refreshAgain({ request, target, chosen, dump, context }: RestoreRun): Promise<void> {
  const { refreshes } = entrySteps(chosen.kept, request);
  if (refreshes.length === 0) return;
  const session = keepSession(onNew({ request, target }), dump, context);
  try {
    const [first] = await runEntries(refreshes, { session, journal: false }, context);
    if (first === undefined) return;
    const { job, refusal } = first;
    const text = `'${objectName(job.entry)}' still holds rows from before: the server said '${refusal.message}'`;
    throw new BackuperError('transform-failed', text, {
      hint: 'let the last file drop or empty this view, or leave it out of the restore: nothing is left of this try',
    });
  } finally {
    await session.close();
  }
}
