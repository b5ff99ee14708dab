import type { Context } from '@postgres-backuper/base';
import { createDatabase, markUnfinished } from '@postgres-backuper/postgres';
import { isToBeClosed } from './closed-database.ts';
import { onMaintenance, type RestoreRun } from './restore-run.ts';

/** How long a cancel waits for CREATE DATABASE, milliseconds. */
const CREATE_GRACE_MS = 2000;

/** A cancel waits up to CREATE_GRACE_MS here, so that it is known whether we created the database. Errors: createDatabase. */
export async function makeDatabase(run: RestoreRun): Promise<void> {
  const { request, backup, target, context } = run;
  const { database: name, owner, tablespaces } = request;
  context.emit({ type: 'phase', phase: 'create-database', text: `creating database '${name}'` });
  const { database: properties, label } = backup.catalog;
  const patient = { ...context, signal: delayed(context, CREATE_GRACE_MS) };
  const closed = isToBeClosed(run);
  await onMaintenance({ request, target, context: patient }, async (session) => {
    const { serverMajor } = target;
    await createDatabase(session, { name, properties, owner, tablespaces, serverMajor, label, closed });
    await markUnfinished(session, { name, label });
  });
}

function delayed({ clock, signal }: Context, delayMs: number): AbortSignal {
  const later = new AbortController();
  const abort = (): void => void clock.sleep(delayMs, { idle: true }).then(() => later.abort(signal.reason));
  if (signal.aborted) later.abort(signal.reason);
  else signal.addEventListener('abort', abort, { once: true });
  return later.signal;
}
