import { planParts, tablesForWorkers } from '@postgres-backuper/base';
import {
  count,
  fields,
  flag,
  integer,
  listOf,
  oneOf,
  rowSlicesOf,
  type Shape,
  text,
  wrong,
} from '@postgres-backuper/format';
import { parseSliceId, sliceId } from '@postgres-backuper/postgres';
import type { EntryJob } from '../entry-jobs.ts';
import type { RestoreJob } from '../restore-graph.ts';

/**
 * A job that any process may take: the rows of a table, a slice of them, or an index or key of one. A table that is
 * loaded in slices is a job after them, which notes that it is whole.
 */
export interface SharedJob {
  /** Dump id of the entry; of a slice see sliceId. */
  readonly id: number;
  readonly kind: 'table' | 'slice' | 'entry';
  /** From 1: the part whose worker takes it first. */
  readonly part: number;
  /** Ids of shared jobs that must be settled before. */
  readonly after: readonly number[];
  /** Dump id of the table. */
  readonly table: number;
  /** Not beside other indexes of the table. */
  readonly exclusive: boolean;
  /** Of an entry: what the server runs. Of rows '': they are those of the backup. */
  readonly definition: string;
  readonly owner: string;
}

export interface SharedOut {
  readonly shared: readonly SharedJob[];
  /** What the holder does alone: small tables, those in an order, and what depends on them. */
  readonly own: readonly RestoreJob[];
}

type TableJob = RestoreJob & { readonly kind: 'table' };

/** Shares the large tables out to parts of about equal bytes, each with the indexes that need its rows alone. Pure. */
export function shareOut(jobs: readonly RestoreJob[], parts: number): SharedOut {
  const free = jobs.filter((job): job is TableJob => job.kind === 'table' && job.planned.table.load !== 'in-order');
  const units = tablesForWorkers(free, bytesOf).flatMap(unitsOf);
  const plan = planParts(units, { count: parts, bytesOf: ({ bytes }) => bytes });
  const rows = plan.flatMap((some, index) => some.map((unit) => ofRows(unit, index + 1)));
  const all = [...rows, ...endsOfSlices(rows)];
  const known = new Map(all.flatMap((job) => (job.kind === 'table' ? [[job.id, job]] : [])));
  const shared = [...all, ...jobs.flatMap((job) => ofEntry(job, known))];
  const ids = new Set(shared.map(({ id }) => id));
  return { shared, own: jobs.filter(({ id }) => !ids.has(id)) };
}

function bytesOf({ planned }: TableJob): number {
  return planned.table.bytes;
}

/** Rows that one session loads. */
interface Unit {
  readonly job: TableJob;
  readonly bytes: number;
  /** From 1; undefined: the whole table. */
  readonly slice?: number;
}

function unitsOf(job: TableJob): readonly Unit[] {
  const { table } = job.planned;
  const slices = rowSlicesOf(table);
  if (slices.length === 1 || table.load !== 'truncate') return [{ job, bytes: table.bytes }];
  return slices.map(({ bytes }, index) => ({ job, bytes, slice: index + 1 }));
}

function ofRows({ job: { id, planned }, slice }: Unit, part: number): SharedJob {
  const common = { part, after: [], table: planned.tableId, exclusive: false, definition: '', owner: '' };
  return slice === undefined ? { id, kind: 'table', ...common } : { id: sliceId(id, slice), kind: 'slice', ...common };
}

/** After all slices of a table: that it is whole. Its part is that of the first one. */
function endsOfSlices(rows: readonly SharedJob[]): readonly SharedJob[] {
  const slices = Map.groupBy(rows, ({ id }) => parseSliceId(id)?.dumpId);
  return Array.from(slices).flatMap(([id, [first, ...others]]) => {
    if (id === undefined || first === undefined) return [];
    return [{ ...first, id, kind: 'table', after: [first, ...others].map((slice) => slice.id) }];
  });
}

/** None unless all tables that it needs are shared. */
function ofEntry(job: RestoreJob, tables: ReadonlyMap<number, SharedJob>): readonly SharedJob[] {
  if (job.kind !== 'entry') return [];
  const [first, ...others] = job.after.map((id) => tables.get(id));
  if (first === undefined || others.includes(undefined)) return [];
  const { id, after, exclusive } = job;
  const { definition, owner } = job.job;
  return [{ id, kind: 'entry', part: first.part, after, table: first.table, exclusive, definition, owner }];
}

/** In ASCII, so that any database can hold it. */
export function writeSharedJob(job: SharedJob): string {
  return asciiJson(job);
}

/** Errors: ShapeError for a text of another program. */
export function readSharedJob(written: string): SharedJob {
  try {
    return SHARED_SHAPE(JSON.parse(written), '');
  } catch (error) {
    throw error instanceof SyntaxError ? wrong('', 'is no JSON') : error;
  }
}

/** JSON without other characters than those of ASCII. */
export function asciiJson(value: object): string {
  return JSON.stringify(value).replace(/[^ -~]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** What an entry job of another process needs of this one. */
export function entryJobOf({ definition, owner }: SharedJob, entry: EntryJob['entry']): EntryJob {
  return { entry, definition, owner };
}

const MOST_TEXT = 16 * 1024 * 1024;

const SHARED_SHAPE: Shape<SharedJob> = fields<SharedJob>({
  id: count,
  kind: oneOf('table', 'slice', 'entry'),
  part: count,
  after: listOf(count),
  table: integer,
  exclusive: flag,
  definition: text({ max: MOST_TEXT }),
  owner: text({ max: MOST_TEXT }),
});
