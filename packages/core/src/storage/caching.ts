import { createHash } from 'node:crypto';
import { BackuperError } from '../errors.ts';
import type { Storage, StoredObject } from '../storage.ts';

/** Bytes of commits and their signatures that were read before. What it loses is read again; it may be shared. */
export interface CommitCache {
  /** Everything that is kept; damaged entries are left out. */
  load(): Promise<ReadonlyMap<string, Uint8Array>>;
  save(key: string, body: Uint8Array): Promise<void>;
}

/** Commits and their signatures never change. */
const CACHEABLE = /(^|\/)backups\/[^/]+\.json(\.sig)?$/;

/**
 * The same storage, where commits and signatures that were read once come from `cache`, if a listing through this
 * wrapper showed that they are still there with the kept size (and MD5 where the listing tells it).
 * A cache that cannot be read or written costs time, never the command.
 */
export function caching(storage: Storage, cache: CommitCache): Storage {
  const seen = new Map<string, StoredObject>();
  let kept: Promise<Map<string, Uint8Array>> | undefined;
  const load = () => {
    kept ??= cache.load().then(
      (entries) => new Map(entries),
      () => new Map(),
    );
    return kept;
  };
  const { usage } = storage;
  return {
    location: storage.location,
    get listsMd5() {
      return storage.listsMd5;
    },
    put: (key, body, options) => storage.put(key, body, options),
    async get(key, options) {
      if (!CACHEABLE.test(key)) return storage.get(key, options);
      const known = (await load()).get(key);
      if (known !== undefined && isCurrent(known, seen.get(key))) return bounded(key, known, options.maxBytes);
      const body = await storage.get(key, options);
      (await load()).set(key, body);
      await cache.save(key, body).catch(() => undefined);
      return body;
    },
    async *list(prefix, options) {
      for await (const object of storage.list(prefix, options)) {
        if (CACHEABLE.test(object.key)) seen.set(object.key, object);
        yield object;
      }
    },
    folders: (prefix, options) => storage.folders(prefix, options),
    async remove(keys, options) {
      const entries = await load();
      for (const key of keys) {
        entries.delete(key);
        seen.delete(key);
      }
      await storage.remove(keys, options);
    },
    ...(usage === undefined ? {} : { usage: () => usage.call(storage) }),
  };
}

function isCurrent(body: Uint8Array, listed: StoredObject | undefined): boolean {
  if (listed?.sizeBytes !== body.length) return false;
  return listed.md5 === undefined || listed.md5 === createHash('md5').update(body).digest('hex');
}

function bounded(key: string, body: Uint8Array, maxBytes: number): Uint8Array {
  if (body.length <= maxBytes) return body;
  throw new BackuperError('object-too-large', `'${key}' has ${body.length} bytes, more than the ${maxBytes} expected`);
}
