import { planParts, tablesForWorkers } from '@postgres-backuper/base';
import { count, fields, flag, integer, listOf, oneOf, type Shape, text, wrong } from '@postgres-backuper/format';
import type { EntryJob } from '../entry-jobs.ts';
import type { RestoreJob } from '../restore-graph.ts';

/** A job that any process may take: the rows of a table, or an index or key of one. */
export interface SharedJob {
  /** Dump id of the entry. */
  readonly id: number;
  readonly kind: 'table' | 'entry';
  /** From 1: the part whose worker takes it first. */
  readonly part: number;
  /** Ids of shared jobs that must be settled before. */
  readonly after: readonly number[];
  /** Dump id of the table. */
  readonly table: number;
  /** Not beside other indexes of the table. */
  readonly exclusive: boolean;
  /** Of an entry: what the server runs. Of a table '': its rows are those of the backup. */
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
  const plan = planParts(tablesForWorkers(free, bytesOf), { count: parts, bytesOf });
  const tables = plan.flatMap((some, index) => some.map((job) => ofTable(job, index + 1)));
  const known = new Map(tables.map((table) => [table.id, table]));
  const shared = [...tables, ...jobs.flatMap((job) => ofEntry(job, known))];
  const ids = new Set(shared.map(({ id }) => id));
  return { shared, own: jobs.filter(({ id }) => !ids.has(id)) };
}

function bytesOf({ planned }: TableJob): number {
  return planned.table.bytes;
}

function ofTable({ id, planned }: TableJob, part: number): SharedJob {
  return { id, kind: 'table', part, after: [], table: planned.tableId, exclusive: false, definition: '', owner: '' };
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
  kind: oneOf('table', 'entry'),
  part: count,
  after: listOf(count),
  table: integer,
  exclusive: flag,
  definition: text({ max: MOST_TEXT }),
  owner: text({ max: MOST_TEXT }),
});
