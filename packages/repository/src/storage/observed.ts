import { optionalMethods } from './optional-methods.ts';
import type { Storage } from './storage.ts';

/** Calls and bytes of a storage so far. Calls count when they begin, bytes when they are transferred. */
export interface StorageCounts {
  readonly puts: number;
  readonly gets: number;
  readonly lists: number;
  readonly removes: number;
  readonly bytesPut: number;
  readonly bytesGot: number;
}

/** The same storage with `counts()`. */
export function observed(storage: Storage): Storage & { counts(): StorageCounts } {
  const counts = { puts: 0, gets: 0, lists: 0, removes: 0, bytesPut: 0, bytesGot: 0 };
  return {
    location: storage.location,
    get listsMd5() {
      return storage.listsMd5;
    },
    counts: () => ({ ...counts }),
    async put(key, body, options) {
      counts.puts += 1;
      await storage.put(key, body, options);
      counts.bytesPut += body.length;
    },
    async get(key, options) {
      counts.gets += 1;
      const body = await storage.get(key, options);
      counts.bytesGot += body.length;
      return body;
    },
    list(prefix, options) {
      counts.lists += 1;
      return storage.list(prefix, options);
    },
    folders(prefix, options) {
      counts.lists += 1;
      return storage.folders(prefix, options);
    },
    remove(keys, options) {
      counts.removes += 1;
      return storage.remove(keys, options);
    },
    ...optionalMethods(storage),
  };
}
