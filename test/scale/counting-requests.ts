import type { Storage } from '@postgres-backuper/repository';

/** Objects of a page of a listing, and of one request that removes, as of S3. */
const PAGE = 1000;

/** Counts the requests that the same calls would make on S3; one with no page asks as well. */
export function countingRequests(storage: Storage): {
  readonly storage: Storage;
  readonly requests: { count: number };
} {
  const requests = { count: 0 };
  const counting: Storage = {
    ...storage,
    put: (...args) => {
      requests.count += 1;
      return storage.put(...args);
    },
    get: (...args) => {
      requests.count += 1;
      return storage.get(...args);
    },
    async *list(...args) {
      let listed = 0;
      requests.count += 1;
      for await (const object of storage.list(...args)) {
        if (listed > 0 && listed % PAGE === 0) requests.count += 1;
        listed += 1;
        yield object;
      }
    },
    remove: (keys, options) => {
      requests.count += Math.ceil([...keys].length / PAGE);
      return storage.remove(keys, options);
    },
  };
  return { storage: counting, requests };
}
