import type { Context } from '@postgres-backuper/base';
import type { Server } from '@postgres-backuper/postgres';
import type { Repository, Target } from '@postgres-backuper/repository';
import { planRestoreBeside } from './beside/restore-beside.ts';
import { chooseEntries } from './choose-entries.ts';
import { planRestoreRows } from './existing/restore-rows.ts';
import { fileNamed, readFileWhole } from './file-stream.ts';
import { openToc, TOC_FILE } from './open-toc.ts';
import type { OpenedBackup } from './opened-backup.ts';
import { examineTarget } from './prepare-target.ts';
import { readingBackup } from './reading-backup.ts';
import { createSegments } from './segments.ts';
import { type ObjectSelection, selectObjects } from './select-objects.ts';
import { adaptCatalog, adaptToc } from './target/adapt-catalog.ts';
import type { Finding } from './target/finding.ts';
import { type Estimate, estimateOf } from './target/judge-size.ts';
import { unknownRoles } from './target/map-catalog-roles.ts';
import type { LocaleRequest } from './target/with-locale.ts';
import { type Destination, destinationOf, type TargetRequest } from './target-request.ts';
import { withoutExtensions } from './without-extensions.ts';

export interface PlanRestoreRequest extends Omit<TargetRequest, 'database' | 'given'>, Destination, LocaleRequest {
  readonly name: string;
  readonly target: Target;
  /** Default: everything. */
  readonly selection?: ObjectSelection | undefined;
  /** Only rows, into tables of the database `into`, which exists. Default: a whole database. */
  readonly rows?: { readonly truncate: boolean } | undefined;
  /** A new schema in the database `into`, which exists. Default: none. */
  readonly intoSchema?: string | undefined;
}

/** What a restore would find. */
export interface RestorePlan {
  readonly label: string;
  /** The database that a restore would create, or fill. */
  readonly into: string;
  readonly serverVersion: string;
  readonly estimate: Estimate;
  /** What blocks first. */
  readonly findings: readonly Finding[];
}

/**
 * Looks at a backup and a server as a restore does, and changes nothing. What would stop the restore is a finding.
 * Errors: those of openBackup and examineTarget, selection-empty.
 */
export async function planRestore(
  request: PlanRestoreRequest,
  { server, repository }: { readonly server: Server; readonly repository: Repository },
  context: Context,
): Promise<RestorePlan> {
  const { rows, intoSchema } = request;
  const use = (backup: OpenedBackup) => {
    if (rows !== undefined) return planRows({ ...request, ...rows }, { backup, server }, context);
    if (intoSchema !== undefined) return planBeside({ ...request, intoSchema }, { backup, server }, context);
    return planOpened(request, { backup, server }, context);
  };
  return readingBackup(request, { repository, use }, context);
}

async function planRows(
  request: PlanRestoreRequest & { readonly truncate: boolean },
  { backup, server }: { readonly backup: OpenedBackup; readonly server: Server },
  context: Context,
): Promise<RestorePlan> {
  const into = request.into ?? backup.catalog.database.name;
  const planned = await planRestoreRows(backup, { ...request, database: into }, { server, context });
  const { findings, serverVersion, wanted } = planned;
  const tables = wanted.tables.map(({ table }) => table);
  const estimate = estimateOf({ catalog: { ...backup.catalog, tables } });
  return { label: backup.catalog.label, into, serverVersion, estimate, findings };
}

async function planBeside(
  request: PlanRestoreRequest & { readonly intoSchema: string },
  { backup, server }: { readonly backup: OpenedBackup; readonly server: Server },
  context: Context,
): Promise<RestorePlan> {
  const into = request.into ?? backup.catalog.database.name;
  const { examined, moved } = await planRestoreBeside(backup, { ...request, database: into }, { server, context });
  const { findings, serverVersion } = examined;
  const notes = moved.leftOut.map((what): Finding => ({ kind: 'object', severity: 'note', what }));
  const estimate = estimateOf({ catalog: { ...backup.catalog, tables: moved.tables.map(({ table }) => table) } });
  return { label: backup.catalog.label, into, serverVersion, estimate, findings: [...findings, ...notes] };
}

async function planOpened(
  request: PlanRestoreRequest,
  { backup: opened, server }: { readonly backup: OpenedBackup; readonly server: Server },
  context: Context,
): Promise<RestorePlan> {
  const backup = { ...opened, catalog: adaptCatalog(opened.catalog, request) };
  const { label } = backup.catalog;
  const destination = destinationOf(request, backup.catalog);
  const { database: into } = destination;
  const file = fileNamed(backup.catalog, TOC_FILE);
  const segments = createSegments(backup, { files: [file], keep: 1 }, context.signal);
  const archive = await readFileWhole(segments, file);
  const toc = adaptToc(openToc(archive, backup.catalog), request);
  const { selection, replication = true } = request;
  const { tables, needed } = selectObjects(backup.catalog, toc, selection);
  const catalog = { ...backup.catalog, tables: withoutExtensions(tables, toc, request.excludeExtensions) };
  const { schemaOnly = false, sections } = selection ?? {};
  const { kept } = chooseEntries(toc, { ...request, replication, needed, schemaOnly, sections });
  context.emit({ type: 'phase', phase: 'check', text: `checking the server for '${into}'` });
  const services = { server, catalog, archive, toc: { ...toc, entries: kept } };
  const { findings, serverVersion } = await examineTarget(
    { ...request, ...destination, unknownRoles: unknownRoles(opened.catalog, request.roleMap) },
    services,
    context,
  );
  return { label, into, serverVersion, estimate: estimateOf({ catalog }), findings };
}
