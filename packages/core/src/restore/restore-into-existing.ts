import type { Context } from '@postgres-backuper/base';
import type { Server } from '@postgres-backuper/postgres';
import { restoreBeside } from './beside/restore-beside.ts';
import { type RestoredRows, restoreRows } from './existing/restore-rows.ts';
import { incomplete } from './incomplete.ts';
import type { OpenedBackup } from './opened-backup.ts';
import type { RestoreRequest, RowsIntoTables } from './restore-request.ts';
import { type RestoreResult, restoredTables } from './restore-result.ts';

/** Into tables that exist: all of it, or nothing. Errors: those of restoreRows. */
export async function restoreRowsOpened(
  request: RestoreRequest & RowsIntoTables,
  { backup, server }: { readonly backup: OpenedBackup; readonly server: Server },
  context: Context,
): Promise<RestoreResult> {
  const begunAt = context.clock.elapsed();
  const database = request.into ?? backup.catalog.database.name;
  const restored = await restoreRows(backup, { ...request, database }, { server, context });
  for (const text of restored.leftOut) context.emit({ type: 'warning', text });
  return {
    ...resultOf(backup, restored),
    database,
    durationMs: Math.round(context.clock.elapsed() - begunAt),
    rows: request.truncate ? 'replaced' : 'appended',
  };
}

/** Into a new schema of a database that exists: nothing is left of it if it fails. Errors: restoreBeside, restore-incomplete. */
export async function restoreBesideOpened(
  request: RestoreRequest & { readonly intoSchema: string },
  { backup, server }: { readonly backup: OpenedBackup; readonly server: Server },
  context: Context,
): Promise<RestoreResult> {
  const begunAt = context.clock.elapsed();
  const database = request.into ?? backup.catalog.database.name;
  const restored = await restoreBeside(backup, { ...request, database }, { server, context });
  for (const text of restored.leftOut) context.emit({ type: 'warning', text });
  const result = {
    ...resultOf(backup, restored),
    database,
    durationMs: Math.round(context.clock.elapsed() - begunAt),
    objects: restored.objects,
    intoSchema: request.intoSchema,
  };
  const error = incomplete({ refusedTables: [] }, result, '');
  if (error !== undefined) throw error;
  return result;
}

function resultOf(
  { catalog, passedOver, repository }: OpenedBackup,
  { loaded, leftOut, dump }: RestoredRows,
): Omit<RestoreResult, 'database' | 'durationMs'> {
  return {
    label: catalog.label,
    tables: restoredTables(loaded),
    originChecked: repository.trusted !== undefined,
    passedOver,
    leftOut,
    ...{ createdRoles: [], transformed: [], assertions: [], objects: [], notLoaded: [] },
    encoding: catalog.dump.encoding,
    standardStrings: dump.standardStrings !== false,
  };
}
