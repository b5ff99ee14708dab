import { BackuperError, type Emit, say, toBackuperError } from '@postgres-backuper/base';
import { createObjectList, type ObjectEntry, type ObjectList } from '@postgres-backuper/format';
import type { Storage } from '../storage/storage.ts';
import type { SealedObject } from './seal.ts';

/** One of the repositories that a backup goes to. */
export interface Destination {
  readonly storage: Storage;
  /** Set when it was dropped: the backup continues to the other destinations. */
  failure: BackuperError | undefined;
  /** Whether anything was sent to it. */
  isUsed: boolean;
  /** `sent`: the commit may be stored, now or later. `none` also when the storage refused it permanently. */
  commitState: 'none' | 'sent' | 'stored';
}

export interface Store {
  readonly destinations: readonly Destination[];
  /** Stored bytes so far, of one destination. */
  readonly storedBytes: number;
  /** The objects stored so far: 57 bytes of memory for a segment. */
  readonly objects: ObjectList;
  /** Stores an object in every destination that has not failed. If all fail, throws the failure of the first one. */
  put(name: string, sealed: SealedObject, signal: AbortSignal): Promise<void>;
  /** Counts objects of this backup that another worker stored. */
  adopt(entries: Iterable<ObjectEntry>): void;
}

/** Stores the objects of one backup. `keyOf` makes the key of an object from its name. */
export function createStore(
  storages: readonly Storage[],
  keyOf: (name: string) => string,
  { emit }: { emit: Emit },
): Store {
  const destinations: Destination[] = storages.map((storage) => ({
    ...{ storage, failure: undefined, isUsed: false, commitState: 'none' },
  }));
  const objects = createObjectList();
  let storedBytes = 0;
  const putOne = async (
    destination: Destination,
    { key, sealed, signal }: { key: string; sealed: SealedObject; signal: AbortSignal },
  ): Promise<void> => {
    destination.isUsed = true;
    try {
      const { bytes, sha256, md5 } = sealed;
      await destination.storage.put(key, bytes, { signal, sha256, ...(md5 === undefined ? {} : { md5 }) });
    } catch (error) {
      signal.throwIfAborted();
      if (destination.failure !== undefined) return;
      destination.failure = toBackuperError(error);
      if (destinations.length > 1)
        emit({ type: 'warning', text: `${destination.storage.location}: ${destination.failure.message}` });
    }
  };
  return {
    destinations,
    objects,
    get storedBytes() {
      return storedBytes;
    },
    async put(name, sealed, signal) {
      signal.throwIfAborted();
      const working = destinations.filter((destination) => destination.failure === undefined);
      await Promise.all(working.map((destination) => putOne(destination, { key: keyOf(name), sealed, signal })));
      requireOne(destinations);
      storedBytes += sealed.bytes.length;
      objects.add({
        key: name,
        sizeBytes: sealed.bytes.length,
        sha256: sealed.sha256,
        ...(sealed.md5 === undefined ? {} : { md5: sealed.md5 }),
      });
    },
    adopt(entries) {
      for (const entry of entries) {
        storedBytes += entry.sizeBytes;
        objects.add(entry);
      }
    },
  };
}

/** Errors: the failure of the first one, when all have failed. */
export function requireOne(destinations: readonly Destination[]): void {
  if (destinations.some((destination) => destination.failure === undefined)) return;
  throw (
    destinations[0]?.failure ??
    new BackuperError('configuration-invalid', 'no repository is given', {
      hint: `give ${say.option('repository')}`,
    })
  );
}
