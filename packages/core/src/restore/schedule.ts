import { createWaitingLine } from './waiting-line.ts';

/** A piece of work among others. */
export interface Job {
  readonly id: number;
  /** Ids of jobs that must have ended before it starts; those of no job are ignored. */
  readonly after: readonly number[];
  /** Ids of what it reads or changes. */
  readonly uses: readonly number[];
  /** It does not run beside another job that uses the same. */
  readonly exclusive: boolean;
  /** Taken before the others, as long as one worker is left for those. */
  readonly urgent: boolean;
}

/** The next job for a worker, undefined when there is none. The worker's job before it counts as ended. */
export type NextJob<Work> = () => Promise<Work | undefined>;

/**
 * Gives jobs to workers, each job once, in the order given where dependencies and locks allow it. After the first error
 * of a worker no job is given out, and it is thrown when all workers have ended.
 */
export async function schedule<Work extends Job>(
  jobs: readonly Work[],
  workers: number,
  work: (next: NextJob<Work>) => Promise<void>,
): Promise<void> {
  const office = createOffice(jobs, workers);
  const failures: unknown[] = [];
  const fail = (error: unknown): void => {
    failures.push(error);
    office.close();
  };
  await Promise.all(Array.from({ length: workers }, () => work(office.worker()).catch(fail)));
  if (failures.length > 0) throw failures[0];
}

function createOffice<Work extends Job>(jobs: readonly Work[], workers: number) {
  const waiting = createWaitingJobs(jobs);
  const running = new Set<Work>();
  let isOpen = true;
  let wake = (): void => undefined;
  let change = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const changed = (): void => {
    const before = wake;
    change = new Promise<void>((resolve) => {
      wake = resolve;
    });
    before();
  };
  const take = (): Work | undefined => {
    const urgent = [...running].filter((job) => job.urgent).length;
    const isFree = (job: Work): boolean => ![...running].some((other) => conflicts(job, other));
    const first = urgent < Math.max(1, workers - 1) ? waiting.take('urgent', isFree) : undefined;
    return first ?? waiting.take('other', isFree) ?? waiting.take('urgent', isFree);
  };
  const worker = (): NextJob<Work> => {
    let last: Work | undefined;
    return async () => {
      if (last !== undefined) {
        running.delete(last);
        waiting.ended(last);
        changed();
      }
      for (last = undefined; isOpen && waiting.left() > 0; await change) {
        if (running.size === 0) waiting.breakCircle();
        last = take();
        if (last === undefined) continue;
        running.add(last);
        return last;
      }
      return undefined;
    };
  };
  const close = (): void => {
    isOpen = false;
    changed();
  };
  return { worker, close };
}

function conflicts(one: Job, other: Job): boolean {
  return (one.exclusive || other.exclusive) && one.uses.some((id) => other.uses.includes(id));
}

type Line = 'urgent' | 'other';

/** Jobs that were not given out. */
function createWaitingJobs<Work extends Job>(jobs: readonly Work[]) {
  const ids = new Set(jobs.map(({ id }) => id));
  const blockers = new Map<Work, Set<number>>();
  const followers = new Map<number, Work[]>();
  const ready = { urgent: createWaitingLine<Work>(), other: createWaitingLine<Work>() };
  const makeReady = (job: Work): void => {
    blockers.delete(job);
    ready[job.urgent ? 'urgent' : 'other'].add(job);
  };
  for (const job of jobs) {
    const before = new Set(job.after.filter((id) => ids.has(id) && id !== job.id));
    blockers.set(job, before);
    for (const id of before) {
      const known = followers.get(id);
      if (known === undefined) followers.set(id, [job]);
      else known.push(job);
    }
    if (before.size === 0) makeReady(job);
  }
  return {
    left: () => blockers.size + ready.urgent.length + ready.other.length,
    take: (line: Line, isFree: (job: Work) => boolean): Work | undefined => ready[line].take(isFree),
    ended({ id }: Work): void {
      for (const job of followers.get(id) ?? []) {
        blockers.get(job)?.delete(id);
        if (blockers.get(job)?.size === 0) makeReady(job);
      }
    },
    /** No archive of pg_dump has a circle; a forged one must not make a restore wait for ever. */
    breakCircle(): void {
      if (ready.urgent.length + ready.other.length > 0) return;
      const [first] = blockers.keys();
      if (first !== undefined) makeReady(first);
    },
  };
}
