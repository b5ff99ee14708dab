import type { Activity, Clock } from '@postgres-backuper/base';
import { optionalMethods } from './optional-methods.ts';
import type { Storage } from './storage.ts';

/** Makes callers wait, so that all bytes of one direction together stay within a rate. */
export interface RateLimit {
  /** Resolves when so many further bytes are within the rate. Rejects when aborted. */
  take(bytes: number, signal?: AbortSignal): Promise<void>;
  /** The same without waiting: the next callers wait for these bytes as well. */
  count(bytes: number): void;
}

/** Tells others that the run is alive: cannot wait. */
const HEARTBEAT = /\/records\/[^/]*heartbeat/;

export interface RateServices {
  readonly clock: Clock;
  /** The waits end by themselves, so they are no stall. */
  readonly activity?: Activity | undefined;
}

/** At no time after the first call were more bytes granted than the rate gives; unused time is not saved up. */
export function createRateLimit(bytesPerSecond: number, { clock, activity }: RateServices): RateLimit {
  let grantedAt = Number.NEGATIVE_INFINITY;
  const count = (bytes: number): void => {
    grantedAt = Math.max(grantedAt, clock.elapsed()) + (bytes / bytesPerSecond) * 1000;
  };
  return {
    count,
    async take(bytes, signal) {
      signal?.throwIfAborted();
      count(bytes);
      const goOn = activity?.pause();
      try {
        await clock.sleep(Math.ceil(grantedAt - clock.elapsed()), { signal });
      } finally {
        goOn?.();
      }
    },
  };
}

export interface RateLimits {
  readonly up: RateLimit;
  readonly down: RateLimit;
}

/**
 * The same storage, whose objects go up and come down within these rates, which several storages may share. An object is
 * sent when its bytes are granted, and given to the caller when they are: its own transfer is not slowed down.
 */
export function limited(storage: Storage, { up, down }: RateLimits): Storage {
  return {
    location: storage.location,
    get listsMd5() {
      return storage.listsMd5;
    },
    async put(key, body, options) {
      if (HEARTBEAT.test(key)) up.count(body.length);
      else await up.take(body.length, options?.signal);
      await storage.put(key, body, options);
    },
    async get(key, options) {
      const body = await storage.get(key, options);
      await down.take(body.length, options.signal);
      return body;
    },
    list: (prefix, options) => storage.list(prefix, options),
    folders: (prefix, options) => storage.folders(prefix, options),
    remove: (keys, options) => storage.remove(keys, options),
    ...optionalMethods(storage),
  };
}
