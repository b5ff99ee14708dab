import { type Context, isBackuperError } from '@postgres-backuper/base';
import { addressOf, type Server } from '@postgres-backuper/postgres';
import { noteRun, type Repository } from '@postgres-backuper/repository';
import type { RestoreResult } from './restore-result.ts';

interface Place {
  readonly name: string;
  readonly repository: Repository;
  readonly server: Server;
}

/** The same end, after an entry in the log: also of a restore that kept a part. Errors: those of `restoring`. */
export async function notingRestore(
  restoring: Promise<RestoreResult>,
  place: Place,
  context: Context,
): Promise<RestoreResult> {
  try {
    const result = await restoring;
    await note(result, { ...place, ended: '' }, context);
    return result;
  } catch (error) {
    if (isBackuperError(error) && isRestoreResult(error.result))
      await note(error.result, { ...place, ended: `, which ended with ${error.code}` }, context);
    throw error;
  }
}

function note(
  { label, database, replaced, rows, intoSchema }: RestoreResult,
  { name, repository, server, ended }: Place & { readonly ended: string },
  context: Context,
): Promise<void> {
  const what = rows === undefined ? '' : `: rows ${rows}`;
  const schema = intoSchema === undefined ? '' : `, schema '${intoSchema}'`;
  const old = replaced === undefined ? '' : `, which was replaced and is now '${replaced}'`;
  const text = `into the database '${database}' of ${addressOf(server)}${schema}${old}${what}${ended}`;
  return noteRun({ name, kind: 'restored', labels: [label], texts: [text] }, repository, context);
}

function isRestoreResult(result: unknown): result is RestoreResult {
  return typeof result === 'object' && result !== null && 'notLoaded' in result;
}
