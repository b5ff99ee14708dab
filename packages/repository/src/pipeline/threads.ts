import { type Transferable, Worker } from 'node:worker_threads';

/** How threads are started. */
export interface Threads {
  /** Path of a program that answers each task in turn. */
  readonly program: string;
  readonly count: number;
}

export interface ThreadGroup<Task, Answer> {
  /** Asks the thread with the fewest tasks. `transfer`: the parts of the task that are moved to it, not copied. */
  ask(task: Task, transfer?: readonly Transferable[]): Promise<Answer>;
  close(): Promise<void>;
}

interface Thread<Task, Answer> {
  /** Tasks that are not answered yet. */
  readonly busy: number;
  send(task: Task, transfer: readonly Transferable[]): Promise<Answer>;
  end(): Promise<unknown>;
}

/** A thread allocates little besides the output of the compressor: a small heap is collected quickly. */
const HEAP = { maxYoungGenerationSizeMb: 2 };

/** Starts all threads. When a thread ends, its pending tasks fail. */
export function startThreads<Task, Answer>({ program, count }: Threads, name: string): ThreadGroup<Task, Answer> {
  const threads = Array.from({ length: count }, () => startThread<Task, Answer>(program, name));
  return {
    ask: (task, transfer = []) =>
      threads.reduce((best, thread) => (thread.busy < best.busy ? thread : best)).send(task, transfer),
    close: async () => {
      await Promise.all(threads.map((thread) => thread.end()));
    },
  };
}

function startThread<Task, Answer>(program: string, name: string): Thread<Task, Answer> {
  // the environment may hold secrets
  const worker = new Worker(program, { env: {}, resourceLimits: HEAP, name });
  /** In the order in which they were sent: a thread answers in the same order. */
  const pending: PromiseWithResolvers<Answer>[] = [];
  let failure: { readonly error: unknown } | undefined;
  const fail = (error: unknown): void => {
    failure ??= { error };
    for (const task of pending.splice(0)) task.reject(failure.error);
  };
  worker.on('message', (answer: Answer) => pending.shift()?.resolve(answer));
  worker.on('error', fail);
  worker.on('exit', (code) => fail(new Error(`a ${name} thread ended with ${code}`)));
  return {
    get busy() {
      return pending.length;
    },
    async send(task, transfer) {
      if (failure !== undefined) throw failure.error;
      const answer = Promise.withResolvers<Answer>();
      pending.push(answer);
      worker.postMessage(task, transfer);
      return answer.promise;
    },
    end: () => worker.terminate(),
  };
}
