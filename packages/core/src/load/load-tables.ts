import type { Context } from '../context.ts';
import { BackuperError } from '../errors.ts';
import type { CatalogTable } from '../format/catalog.ts';
import { numberOf } from '../number-of.ts';
import type { Client } from '../postgres/server.ts';
import type { Toc } from '../postgres/toc.ts';
import { copyRows } from './copy-data.ts';
import { type CopySession, openCopySession } from './copy-session.ts';
import { type CopyStatement, parseCopyStatement } from './copy-statement.ts';
import { fileNamed, streamPieces } from './file-stream.ts';
import type { OpenedBackup } from './opened-backup.ts';
import type { LoadProgress } from './progress.ts';
import type { Segments } from './segments.ts';

export interface LoadedTable {
  readonly table: CatalogTable;
  /** Rows that the server counted. */
  readonly rows: number;
}

/** Sees a table before and while its rows are loaded: what a drill needs for the comparison. */
export interface LoadObserver {
  before?(planned: PlannedTable, session: CopySession): Promise<void>;
  rows?(planned: PlannedTable, rows: AsyncIterable<Buffer>): AsyncIterable<Buffer>;
}

export interface LoadServices {
  /** On the new database. */
  readonly client: Client;
  readonly backup: OpenedBackup;
  readonly segments: Segments;
  readonly progress: LoadProgress;
  readonly observer?: LoadObserver;
}

export interface LoadPlan {
  /** In the order of their first segments, so that tables which share one are read together. */
  readonly parallel: readonly PlannedTable[];
  /** Tables of extensions, in the archive's order: foreign keys between them exist already. */
  readonly inOrder: readonly PlannedTable[];
}

export interface PlannedTable {
  readonly table: CatalogTable;
  readonly copy: CopyStatement;
}

/** Pure. The copy statements come from the archive, in its own encoding. Errors: catalog-invalid. */
export function planLoad(backup: OpenedBackup, toc: Toc, tables: readonly CatalogTable[]): LoadPlan {
  const entries = new Map(toc.entries.map((entry, position) => [entry.dumpId, { entry, position }]));
  const firstSegment = new Map(backup.catalog.files.map((file) => [file.name, file.extents[0]?.[0] ?? 0]));
  const planned = tables.map((table) => {
    const found = entries.get(table.dumpId);
    if (found === undefined || found.entry.copyStatement !== table.copyStatement) {
      throw new BackuperError('catalog-invalid', `the archive has no data of table '${table.schema}.${table.table}'`);
    }
    const copy = parseCopyStatement(found.entry.copyStatementBytes);
    return { table, copy, position: found.position, segment: firstSegment.get(table.file) ?? 0 };
  });
  return {
    parallel: planned
      .filter(({ table }) => table.load !== 'in-order')
      .sort((a, b) => a.segment - b.segment || b.table.bytes - a.table.bytes),
    inOrder: planned.filter(({ table }) => table.load === 'in-order').sort((a, b) => a.position - b.position),
  };
}

/**
 * Loads all tables with `jobs` sessions, each table by one session. The first failure ends all of them.
 * Errors: restore-failed, server-unavailable, those of Segments.read, restore-differs (the server counted other rows).
 */
export async function loadTables(
  plan: LoadPlan,
  { jobs, services }: { readonly jobs: number; readonly services: LoadServices },
  context: Context,
): Promise<LoadedTable[]> {
  const stop = new AbortController();
  const inner = { ...context, signal: AbortSignal.any([context.signal, stop.signal]) };
  const queue = [...plan.parallel];
  const loaded: LoadedTable[] = [];
  const work = async (own: PlannedTable[]): Promise<void> => {
    const next = (): PlannedTable | undefined => own.shift() ?? queue.shift();
    let planned = next();
    if (planned === undefined) return;
    const session = await openCopySession(services.client, { encoding: services.backup.catalog.dump.encoding }, inner);
    try {
      for (; planned !== undefined; planned = next()) loaded.push(await loadTable(session, planned, services));
    } finally {
      await session.close();
    }
  };
  const sessions = Math.max(1, Math.min(jobs, plan.parallel.length + 1));
  const workers = Array.from({ length: sessions }, (_, index) => work(index === 0 ? [...plan.inOrder] : []));
  await allOrFirstFailure(workers, (error) => stop.abort(error));
  return loaded;
}

async function loadTable(session: CopySession, planned: PlannedTable, services: LoadServices): Promise<LoadedTable> {
  const { table, copy } = planned;
  const { observer, progress } = services;
  const name = `${table.schema}.${table.table}`;
  await observer?.before?.(planned, session);
  const pieces = streamPieces(services.segments, fileNamed(services.backup.catalog, table.file));
  const data = progress.watch(name, copyRows(pieces, table));
  const seen = observer?.rows?.(planned, data) ?? data;
  const rows = await session.load({ name, copy, truncate: table.load === 'truncate' }, seen);
  if (rows !== table.rows) {
    throw new BackuperError('restore-differs', `table '${name}' has ${numberOf(rows, 'row')} instead of ${table.rows}`);
  }
  progress.tableDone();
  return { table, rows };
}

/** Waits for all; the first failure is told to `onFailure` at once and thrown at the end. */
async function allOrFirstFailure(tasks: readonly Promise<void>[], onFailure: (error: unknown) => void): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  const settle = (error: unknown): void => {
    if (failure !== undefined) return;
    failure = { error };
    onFailure(error);
  };
  await Promise.all(tasks.map((task) => task.catch(settle)));
  if (failure !== undefined) throw failure.error;
}
