import { hash } from 'node:crypto';
import { BackuperError, noting } from '@postgres-backuper/base';
import { optionalMethods } from './optional-methods.ts';
import type { GetOptions, Storage, StoredObject } from './storage.ts';

/** The bytes of an object, and its `identity` in the listing before they were read. */
export interface CachedObject {
  readonly identity: string;
  readonly body: Uint8Array;
}

/** Commits and signatures that were read before. It may lose entries, which are then read again; it may be shared. */
export interface CommitCache {
  /** All entries except damaged ones. */
  load(): Promise<ReadonlyMap<string, CachedObject>>;
  save(key: string, object: CachedObject): Promise<void>;
}

/** Commits and signatures never change. */
const CACHEABLE = /(^|\/)backups\/[^/]+\.json(\.sig)?$/;

/**
 * The same storage, but commits and signatures that were read before come from `cache`, if a listing through this
 * wrapper showed that the object is still the same. Objects that are listed without an identity are never cached.
 * A cache that cannot be read or written costs time, but the command does not fail.
 */
export function caching(storage: Storage, cache: CommitCache): Storage {
  const seen = new Map<string, StoredObject>();
  let kept: Promise<Map<string, CachedObject>> | undefined;
  const load = () => {
    kept ??= cache.load().then(
      (entries) => new Map(entries),
      () => new Map(),
    );
    return kept;
  };
  const read = async (key: string, options: GetOptions): Promise<Uint8Array> => {
    // the identity from before the read: an object replaced in between has another one in the next listing
    const identity = seen.get(key)?.identity;
    const body = await storage.get(key, options);
    if (identity === undefined) return body;
    const object = { identity, body };
    (await load()).set(key, object);
    await cache.save(key, object).catch(() => undefined);
    return body;
  };
  return {
    location: storage.location,
    get listsMd5() {
      return storage.listsMd5;
    },
    put: (key, body, options) => storage.put(key, body, options),
    async get(key, options) {
      if (!CACHEABLE.test(key)) return storage.get(key, options);
      const listed = options.fresh === true ? undefined : seen.get(key);
      const known = listed === undefined ? undefined : (await load()).get(key);
      return isCurrent(known, listed) ? bounded(key, known.body, options.maxBytes) : read(key, options);
    },
    list: (prefix, options) =>
      noting(storage.list(prefix, options), (object) => {
        if (CACHEABLE.test(object.key)) seen.set(object.key, object);
      }),
    folders: (prefix, options) => storage.folders(prefix, options),
    async remove(keys, options) {
      const entries = await load();
      for (const key of keys) {
        entries.delete(key);
        seen.delete(key);
      }
      await storage.remove(keys, options);
    },
    ...optionalMethods(storage),
  };
}

function isCurrent(known: CachedObject | undefined, listed: StoredObject | undefined): known is CachedObject {
  if (known === undefined || listed?.identity !== known.identity || listed.sizeBytes !== known.body.length)
    return false;
  return listed.md5 === undefined || listed.md5 === hash('md5', known.body);
}

function bounded(key: string, body: Uint8Array, maxBytes: number): Uint8Array {
  if (body.length <= maxBytes) return body;
  throw new BackuperError('object-too-large', `'${key}' has ${body.length} bytes, more than the ${maxBytes} expected`);
}
