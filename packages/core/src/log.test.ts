import { BackuperError, type Event } from '@postgres-backuper/base';
import { noteRun, type Storage, writeRecord } from '@postgres-backuper/repository';
import { createMemoryStorage } from '@postgres-backuper/testing/memory-storage';
import {
  DAY,
  labelAt,
  NOON,
  putBackup,
  quietContext,
  SIGNER,
  testClock,
  testRepository,
} from '@postgres-backuper/testing/repository-data';
import { expect, test, vi } from 'vitest';
import { log } from './log.ts';
import { prune } from './prune.ts';

const ALL = { name: 'app', since: Number.NEGATIVE_INFINITY, commands: [], limit: 100 } as const;
const BY = { user: 'jane', machine: 'runner', job: 'https://ci.example/1' };
const PRUNE = {
  ...{ name: 'app', retention: { keepDays: 30, keepMinimum: 3 } },
  ...{ dryRun: false, force: false, acceptNewServer: false },
};

/** A repository with backups of these ages in days, what is put into it, and what is said. */
async function started(ages: readonly number[] = []) {
  const clock = testClock();
  const storage = createMemoryStorage(clock.now);
  for (const age of ages) {
    clock.set(NOON - age * DAY);
    await putBackup(storage, NOON - age * DAY);
  }
  clock.set(NOON);
  const events: Event[] = [];
  const puts: string[] = [];
  const watched: Storage = {
    ...storage,
    put(key, ...rest) {
      puts.push(key);
      return storage.put(key, ...rest);
    },
  };
  const context = { ...quietContext(clock), by: BY, emit: (event: Event) => events.push(event) };
  return { clock, storage: watched, keys: storage.keys, puts, events, context };
}

const AGES = [50, 45, 40, 3, 2, 1, 0.5];

test('a deletion outlives its backups in the log, with who did it and why, as one object for a run', async () => {
  const { storage, puts, context } = await started(AGES);
  const repository = testRepository(storage);
  const { deleted } = await prune(PRUNE, { repository }, context);
  const { entries } = await log(ALL, { repository }, context);
  expect(deleted).toHaveLength(3);
  expect(entries).toEqual([
    {
      ...{ at: new Date(NOON).toISOString(), kind: 'deleted', labels: deleted, ...BY, signed: null },
      texts: deleted.map((label) => expect.stringMatching(`^${label}: .+`)),
    },
  ]);
  expect(puts.filter((key) => key.includes('/log/'))).toHaveLength(1);
});

test('a prune that deletes nothing leaves no entry', async () => {
  const { storage, keys, context } = await started([3, 2, 1]);
  await prune(PRUNE, { repository: testRepository(storage) }, context);
  await prune({ ...PRUNE, dryRun: true }, { repository: testRepository(storage) }, context);
  expect(keys().filter((key) => key.includes('/log/'))).toEqual([]);
});

test('a log that cannot be written is a warning, and the deletion stands', async () => {
  const { storage, events, context } = await started(AGES);
  const refusing: Storage = {
    ...storage,
    put: async (key, ...rest) => {
      if (key.includes('/log/')) throw new BackuperError('storage-denied', 'may not put');
      return storage.put(key, ...rest);
    },
  };
  const { deleted } = await prune(PRUNE, { repository: testRepository(refusing) }, context);
  expect(deleted).toHaveLength(3);
  expect(events).toContainEqual({
    type: 'warning',
    text: expect.stringContaining('no entry of this run: may not put'),
  });
});

test('a storage that does not answer is waited for no longer than the limit', async () => {
  const { storage, events, context } = await started();
  vi.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(AbortSignal.abort(new DOMException('late', 'TimeoutError')));
  const silent: Storage = { ...storage, put: () => new Promise(() => undefined) };
  await noteRun({ name: 'app', kind: 'restored', labels: [], texts: [] }, testRepository(silent), context);
  expect(events).toEqual([{ type: 'warning', text: expect.stringMatching(/of this run: no answer within 10 s$/) }]);
});

test('a role that may only read restores without a warning', async () => {
  const { storage, events, context } = await started();
  const put = async () => {
    throw new BackuperError('storage-denied', 'may not put');
  };
  await noteRun({ name: 'app', kind: 'restored', labels: [], texts: [] }, testRepository({ ...storage, put }), context);
  expect(events.map(({ type }) => type)).toEqual(['notice']);
});

test('a deletion that ends early is in the log as such', async () => {
  const { storage, context } = await started(AGES);
  const failing: Storage = {
    ...storage,
    async remove(keys, options) {
      if (keys.some((key) => key.includes('/data/'))) throw new BackuperError('storage-unreachable', 'is gone');
      await storage.remove(keys, options);
    },
  };
  await expect(prune(PRUNE, { repository: testRepository(failing) }, context)).rejects.toThrow('is gone');
  const { entries } = await log(ALL, { repository: testRepository(storage) }, context);
  expect(entries.map(({ kind, texts }) => [kind, texts[0]])).toEqual([
    ['deleted', 'the run ended before all of this was removed'],
  ]);
});

test('the log is filtered by command, time and number, and has records of backups but no heartbeats', async () => {
  const { clock, storage, context } = await started([1]);
  const repository = testRepository(storage);
  const label = labelAt(NOON - DAY);
  for (const [days, kind] of [
    [3, 'pin'],
    [2, 'verify-content-ok'],
    [1, 'heartbeat'],
  ] as const) {
    clock.set(NOON - days * DAY);
    const details = { objects: 7, damage: ['a.gpg', null, 'b.gpg'], none: [], inner: { a: 1 } };
    await writeRecord({ name: 'app', label, kind, details }, repository, context);
  }
  clock.set(NOON);
  await noteRun({ name: 'app', kind: 'restored', labels: [label], texts: ['into x\ny'] }, repository, context);
  const kinds = async (changes: Partial<Parameters<typeof log>[0]>) => {
    const { entries, older } = await log({ ...ALL, ...changes }, { repository }, context);
    return [...entries.map(({ kind }) => kind), older];
  };
  expect(await kinds({})).toEqual(['restored', 'verify-content-ok', 'pin', 0]);
  expect(await kinds({ limit: 1 })).toEqual(['restored', 2]);
  expect(await kinds({ since: NOON - 2 * DAY })).toEqual(['restored', 'verify-content-ok', 0]);
  expect(await kinds({ commands: ['verify', 'pin'] })).toEqual(['verify-content-ok', 'pin', 0]);
  const { entries } = await log(ALL, { repository }, context);
  expect(entries.map(({ labels, user }) => [labels, user])).toEqual(entries.map(() => [[label], 'jane']));
  expect(entries.map(({ texts }) => texts)).toEqual([
    ['into x?y'],
    ['damage: a.gpg, b.gpg; objects: 7'],
    ['damage: a.gpg, b.gpg; objects: 7'],
  ]);
});

test('with a trusted signer the log says what that key did not sign, also when an entry is copied', async () => {
  const { clock, storage, keys, context } = await started();
  const signing = testRepository(storage, { signer: SIGNER, trusted: SIGNER });
  const note = { name: 'app', kind: 'restored', labels: [], texts: ['good'] } as const;
  await noteRun(note, signing, context);
  clock.set(NOON - DAY);
  await noteRun({ ...note, texts: ['unsigned'] }, testRepository(storage), context);
  const [, original = ''] = keys();
  const bytes = await storage.get(original, { maxBytes: 9999 });
  await storage.put(original.replace('20260315', '20260312'), bytes);
  await storage.put(original.replace('20260315', '20260311'), Buffer.from('{"at":7}'));
  const { entries } = await log(ALL, { repository: signing }, context);
  expect(entries.map(({ texts, signed }) => [texts, signed])).toEqual([
    [['good'], true],
    [['unsigned'], false],
    [[], false],
    [[], false],
  ]);
  await storage.put(original.replace('app/', 'other/'), bytes);
  await storage.put(original.replace('restored', 'exported').replace('app/', 'another/'), bytes);
  for (const name of ['other', 'another']) {
    const copied = await log({ ...ALL, name }, { repository: signing }, context);
    expect(copied.entries.map(({ signed }) => signed)).toEqual([false]);
  }
});

test('old entries go by the time of the storage alone, when a prune deletes', async () => {
  const { clock, storage, keys, context } = await started(AGES);
  const repository = testRepository(storage);
  const note = (texts: string[]) => noteRun({ name: 'app', kind: 'exported', labels: [], texts }, repository, context);
  clock.set(NOON - 401 * DAY);
  await note(['stored long ago']);
  clock.set(NOON);
  const lying = { ...context, clock: { ...clock, now: () => NOON - 900 * DAY } };
  await noteRun({ name: 'app', kind: 'exported', labels: [], texts: ['dated long ago'] }, repository, lying);
  const future = { ...context, clock: { ...clock, now: () => NOON + 900 * DAY } };
  await noteRun({ name: 'app', kind: 'exported', labels: [], texts: ['dated in the future'] }, repository, future);
  await storage.put('app/log/notes.txt', Buffer.from('of somebody else'));
  await prune(PRUNE, { repository }, context);
  const { entries } = await log(ALL, { repository }, context);
  expect(entries.map(({ kind, texts }) => (kind === 'deleted' ? kind : texts[0]))).toEqual([
    ...['dated in the future', 'deleted', 'dated long ago'],
  ]);
  expect(keys()).toContain('app/log/notes.txt');
});
