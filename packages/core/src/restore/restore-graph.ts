import type { EntryJob } from './entry-jobs.ts';
import type { LoadPlan, PlannedTable } from './plan-load.ts';
import type { Job } from './schedule.ts';

/** The rows of a table, or an entry. */
export type RestoreJob = Job &
  ({ readonly kind: 'table'; readonly planned: PlannedTable } | { readonly kind: 'entry'; readonly job: EntryJob });

export interface RestoreGraph {
  /** Rows of tables, and indexes that can be built as soon as the rows of their table are in. */
  readonly rows: readonly RestoreJob[];
  /** All other entries of post-data: when every row is in. */
  readonly rest: readonly RestoreJob[];
}

/**
 * Pure. Only what cannot read or change another table starts beside the rows: an index or a key of plain columns of a
 * table that is loaded directly. A trigger of a partitioned table would fire for rows that come later, and a function
 * in an index may read other tables.
 */
export function restoreGraph(plan: LoadPlan, postData: readonly EntryJob[]): RestoreGraph {
  const tables = tableJobs(plan);
  const ofTable = new Map(tables.map((job) => [job.planned.tableId, job]));
  const early: RestoreJob[] = [];
  const rest: RestoreJob[] = [];
  const ids = new Set(postData.map(({ entry }) => entry.dumpId));
  for (const job of postData) {
    const { dumpId, dependencies, description } = job.entry;
    const uses = dependencies;
    const common = { kind: 'entry', job, id: dumpId, uses, exclusive: !SHARED.has(description) } as const;
    const needs = dependencies.flatMap((id) => ofTable.get(id) ?? []);
    const isEarly =
      isPlain(job) && !dependencies.some((id) => ids.has(id)) && needs.length > 0 && needs.every(isDirect);
    if (isEarly) early.push({ ...common, after: needs.map(({ id }) => id), urgent: true });
    else rest.push({ ...common, after: dependencies, urgent: false });
  }
  return { rows: [...tables, ...early], rest };
}

/** Kinds that can be made beside others of the same table. */
const SHARED = new Set(['INDEX', 'COMMENT', 'SECURITY LABEL']);

type TableJob = RestoreJob & { readonly kind: 'table' };

function tableJobs({ parallel, inOrder }: LoadPlan): TableJob[] {
  const job = (planned: PlannedTable, after: readonly number[]): TableJob => {
    const id = planned.table.dumpId;
    return { kind: 'table', planned, id, after, uses: [planned.tableId], exclusive: false, urgent: false };
  };
  const before = (index: number): number[] =>
    inOrder.slice(Math.max(0, index - 1), index).map(({ table }) => table.dumpId);
  return [
    ...inOrder.map((planned, index) => job(planned, before(index))),
    ...parallel.map((planned) => job(planned, [])),
  ];
}

function isDirect({ planned }: TableJob): boolean {
  return planned.table.load === 'truncate';
}

/** `CREATE INDEX i ON s.t USING btree (a, b)`, `ALTER TABLE ONLY s.t ADD CONSTRAINT c PRIMARY KEY (a)`: columns only. */
function isPlain({ entry: { description, definition } }: EntryJob): boolean {
  if (description === 'CONSTRAINT')
    return /\b(PRIMARY KEY|UNIQUE)( NULLS NOT DISTINCT)? \([^()]*\)[^()]*;\s*$/.test(definition);
  return (
    description === 'INDEX' &&
    /^CREATE (UNIQUE )?INDEX [^()]* USING \w+ \([^()]*\)[^()]*;\s*$/.test(definition) &&
    !/\) WHERE /.test(definition)
  );
}
