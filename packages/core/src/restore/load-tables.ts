import { BackuperError, type Context, isBackuperError, numberOf } from '@postgres-backuper/base';
import type { CatalogTable } from '@postgres-backuper/format';
import type { Client } from '@postgres-backuper/postgres';
import { copyRows } from './copy-data.ts';
import { type CopySession, openCopySession } from './copy-session.ts';
import { fileNamed, streamPieces } from './file-stream.ts';
import type { OpenedBackup } from './opened-backup.ts';
import type { LoadPlan, PlannedTable } from './plan-load.ts';
import type { LoadProgress } from './progress.ts';
import type { Segments } from './segments.ts';

export interface LoadedTable {
  readonly table: CatalogTable;
  /** Counted by the server. */
  readonly rows: number;
}

/** Observes a table before and while its rows are loaded, for the comparison of a drill. */
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
  readonly observer?: LoadObserver | undefined;
}

/**
 * Loads all tables with `jobs` sessions, each table by one session. A table that the server refuses is retried after
 * the others: a check may read them. Any other failure, and a refusal when no other table can be loaded, ends all.
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
  const refused: RefusedTable[] = [];
  const work = async (own: PlannedTable[]): Promise<void> => {
    const done = await loadEach(() => own.shift() ?? queue.shift(), services, inner);
    loaded.push(...done.loaded);
    refused.push(...done.refused);
  };
  const sessions = Math.max(1, Math.min(jobs, plan.parallel.length + 1));
  const workers = Array.from({ length: sessions }, (_, index) => work(index === 0 ? [...plan.inOrder] : []));
  await allOrFirstFailure(workers, (error) => stop.abort(error));
  return [...loaded, ...(await loadRefused(refused, services, context))];
}

interface RefusedTable {
  readonly planned: PlannedTable;
  readonly error: BackuperError;
}

interface Loaded {
  readonly loaded: readonly LoadedTable[];
  readonly refused: readonly RefusedTable[];
}

/** One after another by one session, or by the next one where a refusal ended it. */
async function loadEach(
  next: () => PlannedTable | undefined,
  services: LoadServices,
  context: Context,
): Promise<Loaded> {
  const { encoding } = services.backup.catalog.dump;
  const loaded: LoadedTable[] = [];
  const refused: RefusedTable[] = [];
  let session: CopySession | undefined;
  try {
    for (let planned = next(); planned !== undefined; planned = next()) {
      session ??= await openCopySession(services.client, { encoding }, context);
      try {
        loaded.push(await loadTable(session, planned, services));
      } catch (error) {
        context.signal.throwIfAborted();
        if (!isBackuperError(error, 'restore-failed', 'transaction-conflict')) throw error;
        refused.push({ planned, error });
        await session.close();
        session = undefined;
      }
    }
  } finally {
    await session?.close();
  }
  return { loaded, refused };
}

/** Repeats in rounds until a round loads no table. Errors: the first refusal that is left. */
async function loadRefused(
  first: readonly RefusedTable[],
  services: LoadServices,
  context: Context,
): Promise<readonly LoadedTable[]> {
  const all: LoadedTable[] = [];
  for (let left = first; left.length > 0; ) {
    for (const { planned, error } of left) {
      const name = nameOf(planned.table);
      context.emit({ type: 'notice', text: `table '${name}' is tried again after the others: ${error.message}` });
    }
    const queue = left.map(({ planned }) => planned);
    const { loaded, refused } = await loadEach(() => queue.shift(), services, context);
    if (loaded.length === 0) throw refused[0]?.error;
    all.push(...loaded);
    left = refused;
  }
  return all;
}

function nameOf({ schema, table }: CatalogTable): string {
  return `${schema}.${table}`;
}

async function loadTable(session: CopySession, planned: PlannedTable, services: LoadServices): Promise<LoadedTable> {
  const { table, copy } = planned;
  const { observer, progress } = services;
  const name = nameOf(table);
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

/** Waits for all; the first failure is passed to `onFailure` at once and thrown at the end. */
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
