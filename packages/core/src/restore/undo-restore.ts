import { dropCreated } from '@postgres-backuper/postgres';
import type { RestoreRun } from './restore-run.ts';
import { isResumable, toBeResumed } from './resume.ts';
import { undoGiven } from './undo-given.ts';

/** Drops the database, or what the restore made in one that existed; or keeps what can be resumed. Returns the error to throw. */
export async function undoRestore(run: RestoreRun, error: unknown): Promise<unknown> {
  const { request, target, context } = run;
  if (isResumable(run, error)) return toBeResumed(run, error);
  if (run.resumable.extensionsBefore !== undefined) {
    await undoGiven(run, run.resumable.extensionsBefore);
    return error;
  }
  const { database: name, maintenanceDatabases } = request;
  const left = await dropCreated(target.client, { name, maintenanceDatabases }, context);
  if (left !== undefined) context.emit({ type: 'warning', text: left });
  else if (request.mode === 'new') context.emit({ type: 'notice', text: `database '${name}' was dropped again` });
  return error;
}
