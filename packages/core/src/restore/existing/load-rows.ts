import { BackuperError, type Context } from '@postgres-backuper/base';
import {
  type Client,
  type ExistingTables,
  keyStatement,
  literal,
  lockStatement,
  type Sql,
  sequenceStatements,
  sql,
  triggerStatement,
  truncateStatement,
} from '@postgres-backuper/postgres';
import { copyRows } from '../copy-data.ts';
import { type CopySession, type DumpTexts, openCopySession } from '../copy-session.ts';
import { fileNamed, streamPieces } from '../file-stream.ts';
import { type LoadedTable, tableName } from '../load-table.ts';
import type { OpenedBackup } from '../opened-backup.ts';
import type { PlannedTable } from '../plan-load.ts';
import { createLoadProgress } from '../progress.ts';
import type { Segments } from '../segments.ts';
import { blockingError } from '../target/finding.ts';
import { commit, unchanged } from './commit.ts';
import { lookAtRows, type RowsRequest } from './examine-rows.ts';
import type { RowsPlan } from './plan-rows.ts';
import type { WantedRows } from './wanted-rows.ts';

export interface LoadRowsRequest extends RowsRequest {
  /** How long to wait for the locks of others, milliseconds. */
  readonly lockTimeoutMs: number;
}

export interface LoadRowsServices {
  readonly backup: OpenedBackup;
  readonly segments: Segments;
  readonly wanted: WantedRows;
  readonly dump: DumpTexts;
  readonly client: Client;
  /** As it was before the transaction. */
  readonly plan: RowsPlan;
}

/**
 * Loads rows into tables that exist, in one transaction: locks → triggers off, keys deferred → TRUNCATE → rows → keys
 * checked, triggers and keys as they were → sequences. An error, a cancel or the end of this process leaves the database
 * as it was. Errors: restore-failed, lock-unavailable, transaction-conflict, server-unavailable, those of Segments.read.
 */
export async function loadRows(
  request: LoadRowsRequest,
  services: LoadRowsServices,
  context: Context,
): Promise<readonly LoadedTable[]> {
  const { client, dump } = services;
  const session = await openCopySession(client, dump, context);
  try {
    const loaded = await loadAll(request, services, session, context).catch((error: unknown) => {
      throw unchanged(error, request);
    });
    await commit(request, { session, client }, context);
    return loaded;
  } finally {
    await session.close();
  }
}

/** All but the COMMIT. */
async function loadAll(
  request: LoadRowsRequest,
  services: LoadRowsServices,
  session: CopySession,
  context: Context,
): Promise<readonly LoadedTable[]> {
  await session.execute(...beginStatements(request, services.plan));
  const { plan, facts } = await lookAgain(request, services, session);
  await session.execute(...before(plan));
  const loaded = await copyAll(plan, services, session, context);
  await session.execute(...after(plan));
  await requireSameStates(request, { ...services, facts }, session);
  return loaded;
}

function beginStatements({ lockTimeoutMs }: LoadRowsRequest, { locks }: RowsPlan): readonly Sql[] {
  return [
    sql`SET synchronous_commit TO DEFAULT`,
    sql`BEGIN`,
    sql`SELECT pg_catalog.set_config('lock_timeout', ${literal(`${lockTimeoutMs}ms`)}, true)`,
    ...locks.map(({ mode, tables }) => lockStatement(tables, mode)),
  ];
}

/** The tables cannot change any more; they may have changed before. Errors: as prepareTarget; transaction-conflict. */
async function lookAgain(request: RowsRequest, { wanted, plan: before }: LoadRowsServices, session: CopySession) {
  const now = await lookAtRows(request, { session, wanted });
  const error = blockingError(now.findings);
  if (error !== undefined) throw error;
  if (locksOf(now.plan) !== locksOf(before))
    throw new BackuperError('transaction-conflict', 'the tables were changed by others in this moment', {
      hint: 'try again',
    });
  return now;
}

function locksOf({ locks }: RowsPlan): string {
  return JSON.stringify(locks.map(({ mode, tables }) => [mode, tables.map(({ oid }) => oid)]));
}

function before({ triggers, keys, truncated }: RowsPlan): readonly Sql[] {
  return [
    ...triggers.map(({ on, name }) => triggerStatement(on, name, 'D')),
    ...keys.map(({ on, name }) => keyStatement(on, name, true)),
    ...(truncated.length === 0 ? [] : [truncateStatement(truncated)]),
    sql`SET CONSTRAINTS ALL DEFERRED`,
    sql`SET LOCAL search_path TO DEFAULT`, // functions in checks and defaults find what they find for the application
  ];
}

/** Loads tables one after another in the transaction that is open. Errors: those of CopySession and Segments.read. */
export async function copyAll(
  { tables }: { readonly tables: readonly PlannedTable[] },
  { backup, segments }: Pick<LoadRowsServices, 'backup' | 'segments'>,
  session: CopySession,
  context: Context,
): Promise<readonly LoadedTable[]> {
  const totals = { tables: tables.length, bytes: tables.reduce((sum, { table }) => sum + table.bytes, 0) };
  const progress = createLoadProgress(totals, () => segments.storedBytes, context);
  const loaded: LoadedTable[] = [];
  try {
    for (const { table, copy } of tables) {
      const name = tableName(table);
      const pieces = streamPieces(segments, fileNamed(backup.catalog, table.file));
      const rows = progress.watch(name, copyRows(pieces, table));
      loaded.push({ table, rows: await session.loadWithin({ name, copy, expectedRows: table.rows }, rows) });
      progress.tableDone();
    }
    return loaded;
  } finally {
    progress.end();
  }
}

/** Sequences last: who uses one waits from then on. */
function after({ triggers, keys, sequences }: RowsPlan): readonly Sql[] {
  return [
    sql`SET LOCAL search_path TO ''`,
    sql`SET CONSTRAINTS ALL IMMEDIATE`,
    ...keys.map(({ on, name }) => keyStatement(on, name, false)),
    ...triggers.map(({ on, name, enabled }) => triggerStatement(on, name, enabled)),
    ...sequences.flatMap(({ sequence, value, mayGoBack }) => sequenceStatements(sequence, value, { mayGoBack })),
  ];
}

/** Errors: restore-failed, if a trigger or key is not as it was. */
async function requireSameStates(
  request: RowsRequest,
  { wanted, facts }: LoadRowsServices & { readonly facts: ExistingTables },
  session: CopySession,
): Promise<void> {
  const now = await lookAtRows(request, { session, wanted });
  const states = ({ triggers, keys }: ExistingTables): string => JSON.stringify([triggers, keys]);
  if (states(now.facts) !== states(facts))
    throw new BackuperError('restore-failed', 'triggers or foreign keys are not as they were before the rows came');
}
