import { randomBytes } from 'node:crypto';
import type { Context } from '@postgres-backuper/base';
import { dropCreated, onDatabase, type Server, type SqlFile, watchedByServer } from '@postgres-backuper/postgres';
import type { Assertion } from '../restore/assert-database.ts';
import { type LiveSource, requireLive } from '../restore/compare-live.ts';
import type { LoadObserver } from '../restore/load-table.ts';
import { inTocOrder, type NotLoaded, type NotRestored } from '../restore/not-restored.ts';
import type { OpenedBackup } from '../restore/opened-backup.ts';
import { type PlannedTable, planLoad } from '../restore/plan-load.ts';
import { createLoadProgress } from '../restore/progress.ts';
import { type RestoredDatabase, restoreDatabase } from '../restore/restore-database.ts';
import { type ComparedTable, compareTables, expectedRows } from './compare-tables.ts';
import { withoutImpossible } from './refused-tables.ts';
import { columnOrder, countRows, createRowCounter, type RowMultiset } from './row-multiset.ts';

export interface DrillRequest {
  readonly maintenanceDatabases: readonly string[];
  readonly jobs: number;
  /** False: everything is in the default tablespace. Default: true, where the server has those of the backup. */
  readonly tablespaces?: boolean;
  /** Files of the user's assertions about the rows. Default: none. */
  readonly asserts?: readonly SqlFile[];
  /** Its rows are counted, too. Default: they are not. */
  readonly live?: LiveSource | undefined;
}

export interface Drilled {
  readonly tables: readonly ComparedTable[];
  /** What of the backup was left out, e.g. `tablespaces`. */
  readonly notTested: readonly string[];
  /** Objects that the server refused. */
  readonly objects: readonly NotRestored[];
  /** Tables whose rows the server refused. */
  readonly notLoaded: readonly NotLoaded[];
  /** What the user asserts about the rows. */
  readonly assertions: readonly Assertion[];
}

/**
 * Restores a backup into a scratch database, reads every table again, compares, and drops the scratch database in all
 * cases. Owners and grants, and tablespaces, are restored where the server has them. Errors: those of restoreDatabase.
 */
export async function drill(
  backup: OpenedBackup,
  request: DrillRequest,
  { server, context }: { readonly server: Server; readonly context: Context },
): Promise<Drilled> {
  const database = `pgbackuper_drill_${randomBytes(6).toString('hex')}`;
  await requireLive(request.live, { original: backup.catalog.database.name, server }, context);
  const scratch = withoutLimits(backup);
  const { observer, before, loaded } = createRowObserver();
  const tablespaces = request.tablespaces ?? true;
  const restored = await restoreDatabase(
    scratch,
    {
      ...{ ...request, database, owner: true, privileges: true, policies: true, tablespaces },
      ...{
        replication: false,
        strict: false,
        analyze: false,
        mode: 'scratch',
        tolerates: ['extension'],
        toOlder: true,
      },
    },
    { server, observer, context },
  );
  const notTested = [...restored.notTested, ...madeOtherwise(restored)];
  if (notTested.length > 0) {
    context.emit({ type: 'notice', text: `the server lacks what they need, so not drilled: ${notTested.join(', ')}` });
  }
  const { client } = restored.target;
  const damaged = restored.refusedTables.find(({ error }) => error.kind === 'damage');
  try {
    if (damaged !== undefined) throw damaged.error;
    context.emit({ type: 'phase', phase: 'compare', text: `reading every table of '${database}' again` });
    const plan = planLoad(backup, restored.toc, backup.catalog.tables);
    const isLoaded = new Set(restored.loaded.map(({ table }) => table));
    const tables = [...plan.inOrder, ...plan.parallel].filter(({ table }) => isLoaded.has(table));
    const totals = { tables: tables.length, bytes: tables.reduce((sum, { table }) => sum + table.bytes, 0) };
    const progress = createLoadProgress(totals, () => 0, context);
    const onScratch = { ...client, server: onDatabase(client.server, database) };
    const expected = expectedRows(tables, { before, loaded });
    const services = { client: onScratch, backup, progress, expected };
    const jobs = { jobs: request.jobs, services };
    const compare = () => compareTables(tables, jobs, context).finally(() => progress.end());
    const { maintenanceDatabases } = request;
    const watched = { client, maintenanceDatabases, sessions: request.jobs };
    const compared = await watchedByServer(watched, context, compare);
    const { refused, unproven } = await withoutImpossible(restored, backup, context);
    const objects = inTocOrder([...restored.objects, ...unproven], restored.toc);
    return { tables: compared, notTested, objects, notLoaded: refused, assertions: restored.assertions };
  } finally {
    const { maintenanceDatabases } = request;
    const left = await dropCreated(client, { name: database, maintenanceDatabases }, context);
    if (left !== undefined) context.emit({ type: 'warning', text: left });
  }
}

/** What the server does not know and the restore made otherwise: the objects are not those of the backup. */
function madeOtherwise({ unknown }: Pick<RestoredDatabase, 'unknown'>): readonly string[] {
  return unknown.flatMap(({ what, becomes }) => (becomes === undefined ? [] : [what]));
}

/** A template cannot be dropped, and a connection limit would stop the comparison. */
export function withoutLimits(backup: OpenedBackup): OpenedBackup {
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
