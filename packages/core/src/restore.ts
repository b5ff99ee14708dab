import { BackuperError, type Context, numberOf, say } from '@postgres-backuper/base';
import { type Server, type SqlFile, swapStatements, type TocEntry } from '@postgres-backuper/postgres';
import type { PassedOver, Repository, Target } from '@postgres-backuper/repository';
import { restoreBeside } from './restore/beside/restore-beside.ts';
import type { LeaveOut } from './restore/choose-entries.ts';
import { type RestoredRows, restoreRows } from './restore/existing/restore-rows.ts';
import { leftOutTexts, tablespacesText } from './restore/left-out.ts';
import { type NotLoaded, type NotRestored, objectName } from './restore/not-restored.ts';
import { fittedTexts } from './restore/older/fit-entries.ts';
import type { OpenedBackup } from './restore/opened-backup.ts';
import { readingBackup } from './restore/reading-backup.ts';
import { plannedSwap, replaceDatabase } from './restore/replace-database.ts';
import { type RestoredDatabase, restoreDatabase } from './restore/restore-database.ts';
import { notLoaded } from './restore/retry-tables.ts';
import type { ObjectSelection } from './restore/select-objects.ts';
import { adaptCatalog } from './restore/target/adapt-catalog.ts';
import { unknownRoles } from './restore/target/map-catalog-roles.ts';
import type { LocaleRequest } from './restore/target/with-locale.ts';
import { type Destination, destinationOf, type TargetRequest } from './restore/target-request.ts';
import { tablespacesOf } from './restore/target-tablespaces.ts';

export interface RestoreRequest
  extends LeaveOut,
    LocaleRequest,
    Destination,
    Pick<TargetRequest, 'roleMap' | 'createRoles' | 'toOlder'> {
  readonly name: string;
  readonly target: Target;
  readonly jobs: number;
  /** Gives everything to its original owners; they must exist. */
  readonly owner: boolean;
  readonly privileges: boolean;
  /** The original ones, which must exist. False: everything is in the server's default tablespace. Default: true. */
  readonly tablespaces?: boolean;
  /** Only these objects, with what they need. Default: everything. */
  readonly selection?: ObjectSelection | undefined;
  /** False leaves out policies and user mappings. Default: true. */
  readonly policies?: boolean;
  /** Ends at the first object or table that the server refuses, and undoes everything. Default: false. */
  readonly strict?: boolean;
  /** Makes statistics of the new tables for the planner. Default: true. */
  readonly analyze?: boolean;
  /** Continues an interrupted restore of the same backup into the same database. Default: false. */
  readonly resume?: boolean;
  /** Only rows, into tables of the database `into`, which exists. Default: a whole database. */
  readonly rows?: RowsIntoTables | undefined;
  /** Files of the user that change the rows before others may connect to the database. Default: none. */
  readonly transforms?: readonly SqlFile[];
  /** A new schema in the database `into`, which exists, for tables of one schema. Default: they keep their schema. */
  readonly intoSchema?: string | undefined;
}

export interface RowsIntoTables {
  /** Empties the tables first. Default: their rows stay. */
  readonly truncate: boolean;
  /** How long to wait for the locks of others, milliseconds. */
  readonly lockTimeoutMs: number;
}

export interface RestoredTable {
  readonly schema: string;
  readonly table: string;
  /** Counted by the server; always equal to `expectedRows`. */
  readonly rows: number;
  readonly expectedRows: number;
  readonly bytes: number;
  /** The bytes that were sent have the SHA-256 of the backup, and the server counted its rows. */
  readonly proof: 'counted';
}

export interface RestoreResult {
  readonly label: string;
  /** The database that has the backup now. */
  readonly database: string;
  readonly tables: readonly RestoredTable[];
  readonly durationMs: number;
  /** Whether the commit's origin was checked with a signer key. */
  readonly originChecked: boolean;
  /** Newer backups that do not count, newest first; empty where a label was given. */
  readonly passedOver: readonly PassedOver[];
  /** Roles that were created for it, on request. */
  readonly createdRoles: readonly string[];
  /** What the new database lacks because it was requested so, or the server does not know it: sentences. */
  readonly leftOut: readonly string[];
  /** Names of the files that changed the rows. */
  readonly transformed: readonly string[];
  /** Objects that are not there as they were, each with the reason. */
  readonly objects: readonly NotRestored[];
  /** New name of the database that it replaced; undefined if it replaced none. */
  readonly replaced?: string;
  /** Whether that was dropped afterwards, on request. */
  readonly oldDropped?: boolean;
  /** Rows came into tables that existed: beside those that were there, or in their place. Undefined: a whole database. */
  readonly rows?: 'appended' | 'replaced';
  /** New schema that the tables are in, in a database that existed. Undefined: they are where they were. */
  readonly intoSchema?: string;
  /** Tables without their rows, each with the reason. */
  readonly notLoaded: readonly NotLoaded[];
  /** Of the statements of `objects`, as PostgreSQL names it. */
  readonly encoding: string;
  /** Whether string constants in them are to be read with standard_conforming_strings. */
  readonly standardStrings: boolean;
}

/**
 * Restores a backup into a database that it creates: find → check → create → definitions → rows → the rest → compare.
 * Or into one that was given and is empty. The new one may replace another once it is whole; no other database is
 * touched. What the server refuses is a verdict: the database is kept. With `strict`, and where nothing could be loaded,
 * nothing is left. Errors: those of openBackup and restoreDatabase, selection-empty;
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
  return readingBackup(request, { repository, use }, context);
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
  const { database } = destination;
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
    tables: loaded.map(({ table, rows }) => describe(table, rows)).sort(byName),
    durationMs: Math.round(context.clock.elapsed() - begunAt),
    originChecked: repository.trusted !== undefined,
    passedOver,
    createdRoles: restored.target.rolesToCreate,
    leftOut: [...leftOut, ...tablespaces],
    transformed: refusedTables.length > 0 ? [] : (request.transforms ?? []).map(({ name }) => name),
    objects,
    encoding: catalog.dump.encoding,
    standardStrings: restored.dump.standardStrings !== false,
    notLoaded: refusedTables.map(notLoaded).sort(byName),
  };
  for (const text of leftOut) context.emit({ type: 'warning', text });
  const error = incomplete(restored, result, notReplaced(destination, restored, catalog.label));
  if (error !== undefined) throw error;
  const { replaces, maintenanceDatabases } = destination;
  if (replaces === undefined) return result;
  const { client } = restored.target;
  const replacement = { ...replaces, restored: database, label: catalog.label, isNewest: passedOver.length === 0 };
  const replaced = await replaceDatabase(replacement, { client, maintenanceDatabases }, context);
  return { ...result, database: replaces.name, ...replaced };
}

/** Into tables that exist: all of it, or nothing. */
async function restoreRowsOpened(
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

/** Into a new schema of a database that exists: nothing is left of it if it fails. */
async function restoreBesideOpened(
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
    tables: loaded.map(({ table, rows }) => describe(table, rows)).sort(byName),
    originChecked: repository.trusted !== undefined,
    passedOver,
    leftOut,
    ...{ createdRoles: [], transformed: [], objects: [], notLoaded: [] },
    encoding: catalog.dump.encoding,
    standardStrings: dump.standardStrings !== false,
  };
}

/** Parts of the selected objects that cannot be there without others. */
function cutTexts(cut: readonly TocEntry[]): readonly string[] {
  if (cut.length === 0) return [];
  const why = cut.length === 1 ? 'it refers to what is not restored' : 'they refer to what is not restored';
  return [`left out of the restore: ${namesOf(cut.map(objectName))}, because ${why}`];
}

/** What an incomplete restore means for the database that it was to replace: the end of a hint. */
function notReplaced(
  { database, replaces }: Pick<TargetRequest, 'database' | 'replaces'>,
  { target }: RestoredDatabase,
  label: string,
): string {
  if (replaces === undefined) return '';
  const { name } = replaces;
  const swap = plannedSwap({ name, restored: database, label }, target.replaced?.databases ?? []);
  return `; '${name}' was not replaced and is as it was: once '${database}' is as you want it, run ${swapStatements(swap)}`;
}

/** Undefined: everything is there. */
function incomplete(
  { refusedTables }: Pick<RestoredDatabase, 'refusedTables'>,
  result: RestoreResult,
  notReplaced: string,
): BackuperError | undefined {
  const { database, objects, notLoaded: missing } = result;
  const damaged = refusedTables.find(({ error }) => error.kind === 'damage');
  const [table] = missing;
  if (table !== undefined) {
    const text = `database '${database}' lacks the rows of ${namesOf(missing.map(({ schema, table }) => `${schema}.${table}`))}`;
    return new BackuperError(
      damaged?.error.code ?? 'rows-missing',
      `${text}: ${damaged?.error.message ?? table.reason}`,
      {
        hint: `${damaged === undefined ? KEPT : `${KEPT}; the rows of another backup may be whole`}${notReplaced}`,
        cause: damaged?.error,
        result,
      },
    );
  }
  if (objects.length === 0) return undefined;
  const text = `all rows are in database '${database}', but ${namesOf(objects.map(({ object }) => object))} could not be restored as in the original`;
  return new BackuperError('restore-incomplete', text, { hint: `${HOW_TO_MEND}${notReplaced}`, result });
}

const KEPT = `all other tables are restored and kept: continue with ${say.option('resume')} when the reason is gone`;
const HOW_TO_MEND = 'mend the reasons and run the statements that the result lists for these objects';
/** Names in an error; the result has all. */
const NAMED = 3;

function namesOf(names: readonly string[]): string {
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return `${names
    .slice(0, NAMED)
    .map((name) => `'${name}'`)
    .join(', ')}${more}`;
}

function describe(
  table: { readonly schema: string; readonly table: string; readonly rows: number; readonly bytes: number },
  rows: number,
): RestoredTable {
  const { schema, bytes } = table;
  return { schema, table: table.table, rows, expectedRows: table.rows, bytes, proof: 'counted' };
}

function byName(a: NamedTable, b: NamedTable): number {
  return a.schema < b.schema || (a.schema === b.schema && a.table < b.table) ? -1 : 1;
}

type NamedTable = Pick<RestoredTable, 'schema' | 'table'>;
