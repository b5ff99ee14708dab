import { BackuperError } from '@postgres-backuper/base';
import type { CallOptions, Storage, StoredObject } from '@postgres-backuper/repository';

const KEY = /^(?!.*(^|\/)\.{0,2}(\/|$))[A-Za-z0-9._=/-]+$/;

/** A storage in memory that keeps the contract. `now`: its own clock. */
export function createMemoryStorage(now: () => number = Date.now): Storage & { readonly keys: () => string[] } {
  const objects = new Map<string, { body: Buffer; storedAt: number; identity: string }>();
  let puts = 0;
  const sorted = (prefix: string): string[] => [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  return {
    location: 'memory',
    listsMd5: false,
    keys: () => sorted(''),
    async put(key, body, options) {
      begin(options, key);
      const stored = objects.get(key);
      puts += 1;
      if (stored === undefined) objects.set(key, { body: Buffer.from(body), storedAt: now(), identity: `${puts}` });
      else if (!stored.body.equals(body)) throw new BackuperError('object-exists', `'${key}' exists`);
    },
    async get(key, options) {
      begin(options, key);
      const stored = objects.get(key);
      if (stored === undefined) throw new BackuperError('object-missing', `'${key}' is missing`);
      if (stored.body.length > options.maxBytes) throw new BackuperError('object-too-large', `'${key}' is too large`);
      return Buffer.from(stored.body);
    },
    async *list(prefix, options): AsyncGenerator<StoredObject> {
      begin(options);
      for (const key of sorted(prefix)) {
        const stored = objects.get(key);
        if (stored === undefined || (options?.after !== undefined && key <= options.after)) continue;
        const { body, storedAt, identity } = stored;
        yield { key, sizeBytes: body.length, storedAt, identity };
      }
    },
    async *folders(prefix, options) {
      begin(options);
      const names = sorted(prefix).map((key) => key.slice(prefix.length).split('/'));
      yield* new Set(names.filter((parts) => parts.length > 1).map(([name = '']) => name));
    },
    async remove(keys, options) {
      begin(options);
      for (const key of keys) objects.delete(key);
    },
  };
}

function begin(options: CallOptions | undefined, key?: string): void {
  options?.signal?.throwIfAborted();
  if (key !== undefined && !KEY.test(key)) throw new BackuperError('storage-unsafe', `'${key}' is no key`);
}
