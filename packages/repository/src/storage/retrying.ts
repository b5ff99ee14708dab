import { BackuperError, type Clock, isBackuperError, numberOf, paged, pagesOf } from '@postgres-backuper/base';
import { isTemporary } from './is-temporary.ts';
import { optionalMethods } from './optional-methods.ts';
import type { CallOptions, Storage, StoredObject } from './storage.ts';

export interface Retry {
  /** The call that is retried, e.g. `put 'app/data/…'`. */
  readonly what: string;
  readonly delayMs: number;
  readonly error: Error;
}

export interface RetryOptions {
  readonly clock: Clock;
  /** How long one call is retried, milliseconds. Then the last error is thrown. */
  readonly budgetMs: number;
  /** Bounds of the growing delay (default: 500 ms and 30 s); each delay is a random part of it. */
  readonly baseDelayMs?: number;
  readonly maxDelayMs?: number;
  /** 0 ≤ random() < 1. */
  readonly random?: () => number;
  readonly onRetry?: (retry: Retry) => void;
}

/**
 * The same storage, but a call that fails for a temporary reason (exit status 75) is retried with growing random
 * delays, within a budget of time. Every other error is thrown at once; an abort ends the delay. If a host becomes
 * unknown after it answered a call, the name server has failed: storage-unreachable.
 */
export function retrying(storage: Storage, options: RetryOptions): Storage {
  const run = { ...options, history: { answered: false } };
  const attempt = <T>(what: string, call: () => Promise<T>, signal?: AbortSignal) =>
    withPatience({ ...run, what, signal, call });
  const { usage, remarks, ...others } = optionalMethods(storage);
  return {
    location: storage.location,
    get listsMd5() {
      return storage.listsMd5;
    },
    put: (key, body, o) => attempt(`put '${key}'`, () => storage.put(key, body, o), o?.signal),
    get: (key, o) => attempt(`get '${key}'`, () => storage.get(key, o), o.signal),
    remove: (keys, o) => attempt(`remove ${numberOf(keys.length, 'object')}`, () => storage.remove(keys, o), o?.signal),
    list: (prefix, o) => paged(() => resumedPages(storage, prefix, { ...run, ...o })),
    folders: (prefix, o) => resumedFolders(storage, prefix, { ...run, ...o }),
    ...others,
    ...(usage === undefined ? {} : { usage: () => attempt('usage', usage) }),
    ...(remarks === undefined ? {} : { remarks: (o) => attempt('remarks', () => remarks(o), o?.signal) }),
  };
}

interface Run extends RetryOptions {
  /** Whether any call of this run has succeeded. */
  readonly history: { answered: boolean };
}

type ListOptions = Run & CallOptions & { readonly after?: string | undefined };

/** Continues after the last key that was seen. */
async function* resumedPages(
  storage: Storage,
  prefix: string,
  options: ListOptions,
): AsyncGenerator<readonly StoredObject[]> {
  let { after } = options;
  const open = () => pagesOf(storage.list(prefix, { ...signalOf(options), after }));
  for await (const page of patientIterable(`list '${prefix}'`, open, options)) {
    after = page.at(-1)?.key ?? after;
    yield page;
  }
}

/** Starts again and skips the names that were seen. */
async function* resumedFolders(storage: Storage, prefix: string, options: ListOptions): AsyncGenerator<string> {
  const seen = new Set<string>();
  const open = () => storage.folders(prefix, signalOf(options));
  for await (const name of patientIterable(`folders '${prefix}'`, open, options)) {
    if (seen.has(name)) continue;
    seen.add(name);
    yield name;
  }
}

function signalOf(options: CallOptions): CallOptions {
  return { signal: options.signal };
}

/** One budget per item or page: a long listing may be interrupted more often than a single call. */
async function* patientIterable<T>(what: string, open: () => AsyncIterable<T>, options: ListOptions) {
  let iterator: AsyncIterator<T> | undefined;
  const call = () => {
    iterator ??= open()[Symbol.asyncIterator]();
    return iterator.next().catch((error: unknown) => {
      iterator = undefined;
      throw error;
    });
  };
  try {
    for (;;) {
      const next = await withPatience({ ...options, what, signal: options.signal, call });
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await iterator?.return?.();
  }
}

interface Attempt<T> extends Run {
  readonly what: string;
  readonly signal: AbortSignal | undefined;
  readonly call: () => Promise<T>;
}

async function withPatience<T>(attempt: Attempt<T>): Promise<T> {
  const { clock, budgetMs, signal, history } = attempt;
  const start = clock.elapsed();
  for (let failures = 0; ; failures += 1) {
    signal?.throwIfAborted();
    try {
      const result = await attempt.call();
      history.answered = true;
      return result;
    } catch (thrown) {
      const error = history.answered ? onceKnown(thrown) : thrown;
      const delayMs = delayAfter(failures, attempt);
      if (!isTemporary(error) || clock.elapsed() - start + delayMs > budgetMs) throw error;
      attempt.onRetry?.({ what: attempt.what, delayMs, error: error as Error });
      await clock.sleep(delayMs, { signal });
    }
  }
}

function onceKnown(error: unknown): unknown {
  if (!isBackuperError(error, 'host-unknown')) return error;
  const hint = 'look at the name servers of this machine: the host was known a moment ago';
  return new BackuperError('storage-unreachable', error.message, { hint, cause: error });
}

/** Full jitter: clients that failed together do not retry together. */
function delayAfter(failures: number, options: RetryOptions): number {
  const { baseDelayMs = 500, maxDelayMs = 30_000, random = Math.random } = options;
  return Math.round(random() * Math.min(maxDelayMs, baseDelayMs * 2 ** Math.min(failures, 30)));
}
