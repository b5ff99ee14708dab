import { randomBytes } from 'node:crypto';
import type { Context } from '../context.ts';
import { isBackuperError } from '../errors.ts';
import type { LoadObserver } from '../load/load-tables.ts';
import type { OpenedBackup } from '../load/opened-backup.ts';
import { type PlannedTable, planLoad } from '../load/plan-load.ts';
import { createLoadProgress } from '../load/progress.ts';
import { type RestoredDatabase, restoreDatabase } from '../load/restore-database.ts';
import { dropCreated } from '../postgres/create-database.ts';
import { onDatabase, type Server } from '../postgres/server.ts';
import { type ComparedTable, compareTables, expectedRows } from './compare-tables.ts';
import { columnOrder, countRows, createRowCounter, type RowMultiset } from './row-multiset.ts';

export interface DrillRequest {
  readonly maintenanceDatabases: readonly string[];
  readonly jobs: number;
}

/**
 * Restores a backup into a scratch database, reads every table again, compares, and drops the scratch database in all
 * cases. Owners and grants are restored where the server has the roles. Errors: those of restoreDatabase.
 */
export async function drill(
  backup: OpenedBackup,
  request: DrillRequest,
  { server, context }: { readonly server: Server; readonly context: Context },
): Promise<ComparedTable[]> {
  const database = `pgbackuper_drill_${randomBytes(6).toString('hex')}`;
  const scratch = withoutLimits(backup);
  const { observer, before, loaded } = createRowObserver();
  const restoreInto = (roles: boolean): Promise<RestoredDatabase> =>
    restoreDatabase(
      scratch,
      {
        ...{ ...request, database, owner: roles, privileges: roles },
        ...{ tables: backup.catalog.tables, whole: true, replication: false },
      },
      { server, observer, context },
    );
  const restored = await restoreInto(true).catch((error: unknown) => {
    if (!isBackuperError(error, 'role-missing')) throw error;
    context.emit({ type: 'notice', text: 'the server lacks roles of the backup: owners and grants are not drilled' });
    return restoreInto(false);
  });
  const { client } = restored.target;
  try {
    context.emit({ type: 'phase', phase: 'compare', text: `reading every table of '${database}' again` });
    const plan = planLoad(backup, restored.toc, backup.catalog.tables);
    const tables = [...plan.inOrder, ...plan.parallel];
    const totals = { tables: tables.length, bytes: tables.reduce((sum, { table }) => sum + table.bytes, 0) };
    const progress = createLoadProgress(totals, () => 0, context);
    const onScratch = { ...client, server: onDatabase(client.server, database) };
    const expected = expectedRows(tables, { before, loaded });
    const services = { client: onScratch, backup, progress, expected };
    return await compareTables(tables, { jobs: request.jobs, services }, context).finally(() => progress.end());
  } finally {
    const { maintenanceDatabases } = request;
    const left = await dropCreated(client, { name: database, maintenanceDatabases }, context);
    if (left !== undefined) context.emit({ type: 'warning', text: left });
  }
}

/** A template cannot be dropped, and a limit of connections would stop the comparison. */
function withoutLimits(backup: OpenedBackup): OpenedBackup {
  const database = { ...backup.catalog.database, connectionLimit: -1, isTemplate: false };
  return { ...backup, catalog: { ...backup.catalog, database } };
}

/** Where TRUNCATE is not possible: what a table held before, and the rows that went into it. */
function createRowObserver() {
  const before = new Map<number, RowMultiset>();
  const loaded = new Map<number, RowMultiset>();
  const observer: LoadObserver = {
    async before({ table, copy }, session) {
      if (table.load !== 'in-order') return; // a partition root is empty at first
      const name = `${table.schema}.${table.table}`;
      before.set(table.dumpId, await countRows(session.read({ name, copy })));
    },
    rows: (planned, rows) => (planned.table.load === 'truncate' ? rows : counted(planned, rows, loaded)),
  };
  return { observer, before, loaded };
}

async function* counted(
  { table, copy }: PlannedTable,
  rows: AsyncIterable<Buffer>,
  loaded: Map<number, RowMultiset>,
): AsyncGenerator<Buffer> {
  const counter = createRowCounter(table.load === 'root' ? columnOrder(copy.names) : undefined);
  for await (const chunk of rows) {
    counter.update(chunk);
    yield chunk;
  }
  loaded.set(table.dumpId, counter.end());
}
