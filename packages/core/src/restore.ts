import { type Context, numberOf } from '@postgres-backuper/base';
import type { Server } from '@postgres-backuper/postgres';
import type { Repository } from '@postgres-backuper/repository';
import { requireLive } from './restore/compare-live.ts';
import { cutTexts, incomplete, notReplaced } from './restore/incomplete.ts';
import { leftOutTexts, tablespacesText } from './restore/left-out.ts';
import { notingRestore } from './restore/note-restore.ts';
import { fittedTexts } from './restore/older/fit-entries.ts';
import type { OpenedBackup } from './restore/opened-backup.ts';
import { readingBackup } from './restore/reading-backup.ts';
import { replaceDatabase } from './restore/replace-database.ts';
import { restoreDatabase } from './restore/restore-database.ts';
import { restoreBesideOpened, restoreRowsOpened } from './restore/restore-into-existing.ts';
import type { RestoreRequest } from './restore/restore-request.ts';
import { byName, type RestoreResult, restoredTables } from './restore/restore-result.ts';
import { notLoaded } from './restore/retry-tables.ts';
import { adaptCatalog } from './restore/target/adapt-catalog.ts';
import { unknownRoles } from './restore/target/map-catalog-roles.ts';
import { destinationOf } from './restore/target-request.ts';
import { tablespacesOf } from './restore/target-tablespaces.ts';

export type { RestoreRequest };

/**
 * Restores a backup into a database that it creates: find → check → create → definitions → rows → the rest → compare.
 * Or into one that was given and is empty. The new one may replace another once it is whole; no other database is
 * touched. What the server refuses is a verdict: the database is kept. With `strict`, and where nothing could be loaded,
 * nothing is left. The log of the name gets an entry. Errors: those of openBackup and restoreDatabase, selection-empty;
 * with the result: restore-incomplete (all rows are there, some objects are not), rows-missing, an error of damage.
 */
export async function restore(
  request: RestoreRequest,
  { server, repository }: { readonly server: Server; readonly repository: Repository },
  context: Context,
): Promise<RestoreResult> {
  const { rows, intoSchema } = request;
  const use = (backup: OpenedBackup) => {
    if (rows !== undefined) return restoreRowsOpened({ ...request, ...rows }, { backup, server }, context);
    if (intoSchema !== undefined) return restoreBesideOpened({ ...request, intoSchema }, { backup, server }, context);
    return restoreOpened(request, { backup, server }, context);
  };
  const restoring = readingBackup(request, { repository, use }, context);
  return notingRestore(restoring, { name: request.name, repository, server }, context);
}

async function restoreOpened(
  request: RestoreRequest,
  { backup: opened, server }: { readonly backup: OpenedBackup; readonly server: Server },
  context: Context,
): Promise<RestoreResult> {
  const begunAt = context.clock.elapsed();
  const backup = { ...opened, catalog: adaptCatalog(opened.catalog, request) };
  const { catalog, passedOver, repository } = backup;
  const destination = destinationOf(request, catalog);
  const { database, replaces } = destination;
  await requireLive(request.live, { ...destination, original: opened.catalog.database.name, server }, context);
  const restored = await restoreDatabase(
    backup,
    {
      ...{
        tablespaces: true,
        policies: true,
        strict: false,
        analyze: true,
        ...request,
        ...destination,
        replication: true,
      },
      mode: request.resume === true ? 'resume' : 'new',
      unknownRoles: unknownRoles(opened.catalog, request.roleMap),
    },
    { server, context },
  );
  const { loaded, refusedTables, objects } = restored;
  context.emit({
    type: 'phase',
    phase: 'compare',
    text: `${numberOf(loaded.length, 'table')} compared: the rows are those of the backup`,
  });
  const leftOut = [...cutTexts(restored.cut), ...leftOutTexts(restored.leftOut), ...fittedTexts(restored.unknown)];
  const tablespaces = request.tablespaces === false ? tablespacesText(tablespacesOf(catalog, restored.toc)) : [];
  const result = {
    label: catalog.label,
    database,
    tables: restoredTables(loaded),
    durationMs: Math.round(context.clock.elapsed() - begunAt),
    originChecked: repository.trusted !== undefined,
    passedOver,
    createdRoles: restored.target.rolesToCreate,
    leftOut: [...leftOut, ...tablespaces],
    transformed: refusedTables.length > 0 ? [] : (request.transforms ?? []).map(({ name }) => name),
    assertions: restored.assertions,
    ...(restored.parts === undefined ? {} : { parts: restored.parts }),
    objects,
    encoding: catalog.dump.encoding,
    standardStrings: restored.dump.standardStrings !== false,
    notLoaded: refusedTables.map(notLoaded).sort(byName),
  };
  for (const text of leftOut) context.emit({ type: 'warning', text });
  const error = incomplete(restored, result, notReplaced(destination, restored, catalog.label));
  if (error !== undefined) throw error;
  if (replaces === undefined) return result;
  const { client } = restored.target;
  const replacement = { ...replaces, restored: database, label: catalog.label, isNewest: passedOver.length === 0 };
  const replaced = await replaceDatabase(replacement, { ...destination, client }, context);
  return { ...result, database: replaces.name, ...replaced };
}
