import type { SharedJob } from './shared-jobs.ts';

/** The shared jobs as one process sees them: what is settled, what others have, what its own sessions have. */
export interface SharedPool {
  add(jobs: readonly SharedJob[]): void;
  /** Jobs that are done or were refused, by whom ever. A table that is settled has no slices left. */
  settle(ids: Iterable<number>): void;
  /** A job to claim; undefined: none can be claimed now. It is given out once until `leave`, `settle` or `lookAgain`. */
  next(): SharedJob | undefined;
  /** Another process has it, or its table: it is not given out before `lookAgain`. */
  leave(job: SharedJob): void;
  lookAgain(): void;
  readonly isEmpty: boolean;
  /** Jobs that are not settled. */
  readonly left: number;
}

/**
 * `part`: its jobs come first, then those of the parts after it, in a circle, but no rows of another part while this
 * process loads some of its own: who has few and large ones would take with its other sessions what is of workers that
 * begin a little later. Undefined: in the order given. `sessions`: those of this process, of which one at least loads rows
 * while rows are left. Pure.
 */
export function createSharedPool({
  part,
  count,
  sessions,
}: {
  readonly part?: number | undefined;
  readonly count: number;
  readonly sessions: number;
}): SharedPool {
  const open = new Map<number, SharedJob>();
  const settled = new Set<number>();
  const mine = new Set<number>();
  const busy = new Set<number>();
  let order: readonly SharedJob[] = [];
  const distance = (job: SharedJob): number => (job.part - (part ?? 1) + count) % count;
  const isFree = ({ id, after }: SharedJob): boolean =>
    open.has(id) && !mine.has(id) && !busy.has(id) && after.every((before) => !open.has(before));
  const isOwn = (job: SharedJob): boolean => part === undefined || job.part === part;
  const loadsOwn = (): boolean => order.some((job) => mine.has(job.id) && isRows(job) && isOwn(job));
  const entriesOfMine = (): number => [...mine].filter((id) => open.get(id)?.kind === 'entry').length;
  return {
    get isEmpty() {
      return open.size === 0;
    },
    get left() {
      return open.size;
    },
    add(jobs) {
      for (const job of jobs) if (!settled.has(job.id)) open.set(job.id, job);
      order = [...open.values()].sort((a, b) => distance(a) - distance(b)); // stable: the largest first
    },
    settle(ids) {
      for (const id of ids) {
        const slices = open.get(id)?.kind === 'table' ? (open.get(id)?.after ?? []) : [];
        for (const one of [id, ...slices]) {
          settled.add(one);
          open.delete(one);
          mine.delete(one);
        }
      }
    },
    next() {
      const takesAll = !loadsOwn();
      const free = order.filter((job) => isFree(job) && (takesAll || isOwn(job) || !isRows(job)));
      const wantsEntry = entriesOfMine() < Math.max(1, sessions - 1);
      const job = free.find(isEndOfSlices) ?? free.find(({ kind }) => (kind === 'entry') === wantsEntry) ?? free[0];
      if (job !== undefined) mine.add(job.id);
      return job;
    },
    leave({ id }) {
      mine.delete(id);
      busy.add(id);
    },
    lookAgain: () => busy.clear(),
  };
}

function isRows(job: SharedJob): boolean {
  return job.kind !== 'entry' && !isEndOfSlices(job);
}

/** It takes no time, and indexes wait for it. */
function isEndOfSlices({ kind, after }: SharedJob): boolean {
  return kind === 'table' && after.length > 0;
}
