import { BackuperError } from '@postgres-backuper/base';
import { type BackupRequest, backup, prune, verify } from '@postgres-backuper/core';
import { deriveChunkKeys } from '@postgres-backuper/format';
import { listBackups, optionalMethods, type Storage } from '@postgres-backuper/repository';
import type { Postgres } from '@postgres-backuper/testing';
import { expect } from 'vitest';
import { type Place, serverOf } from '../restore/harness.ts';

export const DBNAME = 'faults';

/** Rows that fill several small segments, and a large object. */
export async function createJobDatabase(server: Postgres): Promise<void> {
  await server.createDatabase(DBNAME);
  await server.psql(
    `CREATE TABLE a AS SELECT g, md5(g::text) AS text FROM generate_series(1, 20000) g;
     CREATE TABLE b AS SELECT g, md5((-g)::text) AS text FROM generate_series(1, 5000) g; SELECT lo_create(0)`,
    DBNAME,
  );
}

/** Changes a tenth of the larger table. */
export async function changeSome(server: Postgres): Promise<void> {
  await server.psql('UPDATE a SET text = md5(text || random()) WHERE g BETWEEN 5000 AND 7000', DBNAME);
}

const REQUEST: BackupRequest = {
  ...{ name: DBNAME, jobs: 2, segmentBytes: 64 * 1024, lockTimeoutMs: 10_000, yieldAfterMs: undefined },
  selection: { schemas: [], excludeSchemas: [], tables: [], excludeTables: [], excludeTableData: [] },
  ...{ globals: true, largeObjects: true, rotation: undefined },
};

export interface JobRequest {
  readonly incremental?: boolean;
  readonly signal?: AbortSignal;
  /** What the job sees of each storage. */
  readonly through?: readonly ((storage: Storage) => Storage)[];
  readonly changes?: Partial<BackupRequest>;
  readonly secret?: Buffer;
}

/** A run of the job against one place or several. */
export function runJob(server: Postgres, places: readonly Place[], request: JobRequest = {}) {
  const { incremental = true, signal, through = [], changes = {}, secret = Buffer.alloc(32) } = request;
  const set = { keys: deriveChunkKeys(secret), fullEveryMs: 86_400_000, incremental };
  const destinations = places.map(({ repository }, index) => {
    const wrap = through[index] ?? ((storage) => storage);
    return { ...repository, storage: wrap(repository.storage) };
  });
  const [first] = places as readonly [Place];
  return backup(
    { ...REQUEST, set, ...changes },
    { server: serverOf(server, DBNAME), destinations },
    first.context(signal),
  );
}

/** What the place holds, oldest first, after every byte of it was read and is right. */
export async function wholeBackups({ repository, context }: Place) {
  const { backups, damaged } = await listBackups({ name: DBNAME }, repository);
  expect(damaged).toEqual([]);
  if (backups.length > 0)
    await verify({ name: DBNAME, target: { all: true }, level: 'content' }, { repository }, context());
  return backups.map(({ label, commit }) => ({ label, type: commit.type, parent: commit.parent }));
}

/** Keeps the newest alone. */
export function pruneAll(place: Place) {
  const retention = { keepLast: 1, keepMinimum: 1 };
  const request = { name: DBNAME, dryRun: false, force: true, acceptNewServer: false, retention };
  return prune(request, place, place.context());
}

/** Does something once, before the first put of a key that matches. */
export function beforePut(key: RegExp, act: () => Promise<unknown>): (storage: Storage) => Storage {
  let isDone = false;
  return (storage) => ({
    ...visible(storage),
    async put(asked, ...rest) {
      if (!isDone && key.test(asked)) {
        isDone = true;
        await act();
      }
      await storage.put(asked, ...rest);
    },
  });
}

/** From the put of such a key on nothing works any more: what a killed run leaves. `isAfter`: that put itself works. */
export function deadFrom(key: RegExp, { isAfter = false } = {}): (storage: Storage) => Storage {
  let isDead = false;
  const alive = (): void => {
    if (isDead) throw new BackuperError('storage-unreachable', 'the run is dead');
  };
  return (storage) => ({
    ...visible(storage),
    async put(asked, ...rest) {
      alive();
      if (isAfter) await storage.put(asked, ...rest);
      isDead = key.test(asked);
      alive();
      if (!isAfter) await storage.put(asked, ...rest);
    },
    async get(...asked) {
      alive();
      return storage.get(...asked);
    },
    async *list(...asked) {
      alive();
      yield* storage.list(...asked);
    },
    async *folders(...asked) {
      alive();
      yield* storage.folders(...asked);
    },
    async remove(...asked) {
      alive();
      await storage.remove(...asked);
    },
  });
}

function visible(storage: Storage): Storage {
  const { location } = storage;
  return {
    location,
    get listsMd5() {
      return storage.listsMd5;
    },
    put: (...asked) => storage.put(...asked),
    get: (...asked) => storage.get(...asked),
    list: (...asked) => storage.list(...asked),
    folders: (...asked) => storage.folders(...asked),
    remove: (...asked) => storage.remove(...asked),
    ...optionalMethods(storage),
  };
}
