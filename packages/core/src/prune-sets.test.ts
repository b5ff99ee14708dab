import { createHash } from 'node:crypto';
import { BackuperError, type Event } from '@postgres-backuper/base';
import {
  type Commit,
  commitKey,
  createRecordKey,
  dataKey,
  INDEX_NAME,
  type RecordKind,
  segmentName,
} from '@postgres-backuper/format';
import { type Destination, listBackups, readSet, type Storage } from '@postgres-backuper/repository';
import { faulty } from '@postgres-backuper/testing';
import { createMemoryStorage } from '@postgres-backuper/testing/memory-storage';
import {
  DAY,
  HOUR,
  labelAt,
  NOON,
  putBackup,
  quietContext,
  standingOn,
  testClock,
  testRepository,
} from '@postgres-backuper/testing/repository-data';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commitTo } from './backup/commit.ts';
import type { PruneRequest } from './prune/prune-request.ts';
import { prune } from './prune.ts';
import { createStoredChecks } from './verify/verify-set.ts';

const REQUEST: PruneRequest = {
  ...{ name: 'app', retention: { keepDays: 7, keepMinimum: 1 }, dryRun: false, force: true, acceptNewServer: false },
};

/** For each backup its age in days and that of the full on which it stands; without the latter it is a full. */
type History = readonly (readonly [age: number, on?: number])[];

/** A full of 20 days with two differentials, one of 10 days with two, of which one is young. */
const SETS: History = [[20], [19, 20], [12, 20], [10], [9, 10], [2, 10]];

async function filled(history: History, { index = true } = {}) {
  const clock = testClock();
  const storage = createMemoryStorage(clock.now);
  const commits = new Map<number, Commit>();
  for (const [age, on] of [...history].sort(([a], [b]) => b - a)) {
    clock.set(NOON - age * DAY);
    const full = on === undefined ? undefined : commits.get(on);
    const standing = full === undefined ? { index } : standingOn(full);
    commits.set(age, await putBackup(storage, NOON - age * DAY, standing));
  }
  clock.set(NOON);
  const events: Event[] = [];
  const context = { ...quietContext(clock), emit: (event: Event) => void events.push(event) };
  const run = (changes: Partial<PruneRequest> = {}, on: Storage = storage) =>
    prune({ ...REQUEST, ...changes }, { repository: testRepository(on) }, context);
  return { clock, storage, commits, context, events, run };
}

const at = (age: number) => labelAt(NOON - age * DAY);
const record = (label: string, kind: RecordKind) => createRecordKey({ name: 'app', label }, { kind, now: NOON - DAY });
const reasons = ({ backups }: Awaited<ReturnType<typeof prune>>) =>
  backups.map(({ label, action, reasons: why }) => `${label.slice(7, 15)} ${action} ${why.join(', ')}`);

/** Each backup that is listed can be read; all of its objects are there, and all of its full. */
async function standing(storage: Storage): Promise<string[]> {
  const repository = testRepository(storage);
  const { backups } = await listBackups({ name: 'app' }, repository);
  const checkStored = createStoredChecks(repository, quietContext(testClock()));
  for (const { commit } of backups) {
    await readSet(commit, repository);
    expect((await checkStored(commit)).damage).toEqual([]);
  }
  return backups.map(({ label }) => label);
}

test('a full stays as long as one of its differentials, and says for how many', async () => {
  const { storage, run } = await filled(SETS);
  expect(reasons(await run({ dryRun: true }))).toEqual([
    '20260313 keep younger than 7 days',
    '20260306 delete older than 7 days',
    '20260305 keep kept for 1 differential',
    '20260303 delete older than 7 days',
    '20260224 delete older than 7 days',
    '20260223 delete older than 7 days',
  ]);
  expect((await run()).deleted).toEqual([at(9), at(12), at(19), at(20)]);
  expect(await standing(storage)).toEqual([at(10), at(2)]);
});

test('the brake against many deletions counts restore points', async () => {
  const { run } = await filled(SETS);
  await expect(run({ force: false })).rejects.toMatchObject({
    result: { refusals: [{ brake: 'too-many', text: expect.stringContaining('4 of 6 backups') }] },
  });
});

test('classes of retention choose among fulls and differentials alike, and keep the fulls of what they choose', async () => {
  const { run } = await filled(SETS);
  expect(reasons(await run({ dryRun: true, retention: { keepWeekly: 2, keepMinimum: 1 } }))).toEqual([
    '20260313 keep weekly 2026-W11',
    '20260306 keep weekly 2026-W10',
    '20260305 keep kept for 2 differentials',
    ...['20260303 delete kept by no rule', '20260224 delete kept by no rule', '20260223 delete kept by no rule'],
  ]);
});

test('a pinned differential holds its full', async () => {
  const { storage, run } = await filled(SETS);
  await storage.put(record(at(19), 'pin'), Buffer.from('{}'));
  expect((await run()).deleted).toEqual([at(9), at(12)]);
  expect(await standing(storage)).toContain(at(20));
});

test('a full whose verification failed stays for its differentials, and takes no place of good backups', async () => {
  const { storage, run } = await filled(SETS);
  await storage.put(record(at(10), 'verify-content-failed'), Buffer.from('{}'));
  const result = await run({ dryRun: true, retention: { keepLast: 1, keepMinimum: 1 } });
  expect(reasons(result)).toEqual([
    '20260313 keep last 1',
    '20260306 delete kept by no rule',
    '20260305 keep kept for 1 differential',
    '20260303 keep last 1',
    '20260224 delete kept by no rule',
    '20260223 keep kept for 1 differential',
  ]);
});

test('a backup that cannot be read keeps each full with an index on which it may stand', async () => {
  const { storage, run } = await filled([[30], [20], [10], [1]]);
  await storage.put(commitKey({ name: 'app', label: at(15) }), Buffer.from('damaged'));
  const { deleted, backups } = await run();
  expect(deleted).toEqual([at(10)]);
  expect(backups.at(-1)?.reasons).toEqual([`'${at(15)}' may stand on it and cannot be read`]);
  const without = await filled([[30], [20], [10], [1]], { index: false });
  await without.storage.put(commitKey({ name: 'app', label: at(15) }), Buffer.from('damaged'));
  expect((await without.run()).deleted).toEqual([at(10), at(20), at(30)]);
});

test('that an index is lost does not say that nothing stands on its full', async () => {
  const { storage, run } = await filled([[20], [10], [1]]);
  await storage.put(commitKey({ name: 'app', label: at(15) }), Buffer.from('damaged'));
  await storage.remove([dataKey({ name: 'app', label: at(20) }, INDEX_NAME)]);
  expect((await run()).deleted).toEqual([at(10)]);
});

test('a role that may not read lists of objects goes by the listing of the index', async () => {
  for (const index of [true, false]) {
    const { storage, run } = await filled([[20], [1]], { index });
    await storage.put(commitKey({ name: 'app', label: at(15) }), Buffer.from('damaged'));
    const failing = faulty(storage);
    failing
      .addFault('get')
      .on(/objects\.json/)
      .error(new BackuperError('storage-denied', 'no'))
      .repeat(9);
    expect((await run({}, failing)).deleted).toEqual(index ? [] : [at(20)]);
  }
});

test('a run that may still be running keeps each full on which it may stand, one that failed none', async () => {
  const { storage, run } = await filled([[20], [10], [1]]);
  const running = labelAt(NOON - HOUR, 'beef00');
  await storage.put(record(running, 'heartbeat'), Buffer.from('{}'));
  const { deleted, backups } = await run();
  expect(deleted).toEqual([]);
  expect(backups.at(-1)?.reasons).toEqual([`'${running}' may stand on it and may still be running`]);
  await putBackup(storage, NOON - HOUR / 2);
  await storage.put(record(running, 'backup-failed'), Buffer.from('{}'));
  expect((await run()).deleted).toEqual([at(10), at(20)]);
});

/** Does something when prune looks for the index of the full that it is about to delete. */
function inTheLastMoment(storage: Storage, act: () => Promise<unknown>): Storage {
  return {
    ...storage,
    async *list(prefix, options) {
      if (prefix.endsWith(INDEX_NAME)) await act();
      yield* storage.list(prefix, options);
    },
  };
}

test.each([
  ['begins', (storage: Storage) => storage.put(record(labelAt(NOON), 'heartbeat'), Buffer.from('{}'))],
  ['stores data', (storage: Storage) => storage.put(dataKey(NEW, segmentName(0, true)), Buffer.from('x'))],
  ['is committed', (storage: Storage, full: Commit) => putBackup(storage, NOON, standingOn(full))],
  ['is committed and damaged', (storage: Storage) => storage.put(commitKey(NEW), Buffer.from('x'))],
])('a differential that %s after prune looked keeps its full', async (_, act) => {
  const { storage, run, commits, events } = await filled([[20], [1]]);
  const full = commits.get(20) as Commit;
  const late = inTheLastMoment(storage, async () => {
    await act(storage, full);
    if (act.length < 2) await storage.put(dataKey(NEW, segmentName(9, true)), Buffer.from('x'));
  });
  expect((await run({}, late)).deleted).toEqual([]);
  expect(storage.keys().filter((key) => key.includes('prune-begun'))).toHaveLength(1);
  expect(events.at(-1)).toMatchObject({ type: 'notice', text: expect.stringContaining(labelAt(NOON)) });
});

const NEW = { name: 'app', label: labelAt(NOON) };

test('another full in that moment, a storage without room, and a role that may not write hold nothing', async () => {
  const { storage, run } = await filled([[20], [1]]);
  expect(
    (
      await run(
        {},
        inTheLastMoment(storage, () => putBackup(storage)),
      )
    ).deleted,
  ).toEqual([at(20)]);
  const other = await filled([[20], [1]]);
  const failing = faulty(other.storage);
  failing.addFault('put').error(new BackuperError('storage-full', 'full')).repeat(9);
  expect((await other.run({}, failing)).deleted).toEqual([at(20)]);
  expect(other.storage.keys().filter((key) => key.includes(at(20)))).toEqual([]);
});

test('a differential that is pinned just now keeps its full too', async () => {
  const { storage, run } = await filled(SETS);
  const late: Storage = {
    ...storage,
    async *list(prefix, options) {
      if (prefix.includes(`/data/${at(12)}/`)) await storage.put(record(at(12), 'pin'), Buffer.from('{}'));
      yield* storage.list(prefix, options);
    },
  };
  expect((await run({}, late)).deleted).toEqual([at(9), at(19)]);
  expect(await standing(storage)).toContain(at(20));
});

test('the data of a full that lost its commit are no left-over while a differential needs them', async () => {
  const { storage, run } = await filled([[20], [2, 20], [1]]);
  await storage.remove([commitKey({ name: 'app', label: at(20) })]);
  expect((await run()).leftOvers).toEqual([
    expect.objectContaining({ action: 'keep', reason: 'no commit, and 1 differential may need its data' }),
  ]);
  expect(storage.keys().filter((key) => key.includes(`/data/${at(20)}/`))).toHaveLength(5);
  await storage.remove([commitKey({ name: 'app', label: at(2) })]);
  await storage.put(commitKey({ name: 'app', label: at(2) }), Buffer.from('damaged'));
  expect((await run()).leftOvers).toEqual([
    expect.objectContaining({ action: 'keep', reason: expect.stringContaining(`'${at(2)}', which cannot be read`) }),
  ]);
});

test('a prune that ends at any deletion leaves no differential without its full, and later ones end it', async () => {
  for (let step = 0; step < 40; step += 1) {
    const { clock, storage, run } = await filled(SETS);
    const failing = faulty(storage);
    for (let before = 0; before < step; before += 1) failing.addFault('remove');
    failing.addFault('remove').error(new BackuperError('storage-unavailable', 'busy')).repeat(99);
    const result = await run({}, failing).catch(() => undefined);
    await standing(storage);
    await run(); // sweeps what was left of differentials, and keeps their full once more
    clock.set(NOON + DAY);
    await storage.put(record(at(2), 'verify-stored-ok'), Buffer.from('{}')); // the storage's time goes on
    await run();
    expect(await standing(storage)).toEqual([at(10), at(2)]);
    expect(
      storage.keys().filter((key) => ![at(10), at(2), '/probe/', '/log/'].some((kept) => key.includes(kept))),
    ).toEqual([]);
    if (result !== undefined) return;
  }
  expect.unreachable('no run ended');
});

/**
 * The same storage; when each call takes effect is the scheduler's choice. `done`: calls of it
 * until now. `slow`: turns that the deletion of a commit waits.
 */
function scheduled(
  storage: Storage,
  scheduler: fc.Scheduler,
  who: string,
  { done = { count: 0 }, slow = 0 } = {},
): Storage {
  const turn = async (what: string) => {
    await scheduler.schedule(Promise.resolve(), `${who} ${what}`);
    done.count += 1;
  };
  return {
    ...storage,
    async put(key, ...rest) {
      await turn(`puts ${key}`);
      await storage.put(key, ...rest);
    },
    async get(key, options) {
      await turn(`gets ${key}`);
      return storage.get(key, options);
    },
    async remove(keys, options) {
      const waits = keys.some((key) => key.endsWith('_ab12cd.json')) ? slow : 0;
      for (let waited = 0; waited <= waits; waited += 1) await turn(`removes ${keys.join(' ')}`);
      await storage.remove(keys, options);
    },
    async *list(prefix, options) {
      await turn(`lists ${prefix}`);
      yield* storage.list(prefix, options);
    },
    async *folders(prefix, options) {
      await turn(`lists folders of ${prefix}`);
      yield* storage.folders(prefix, options);
    },
  };
}

const SEGMENT = { key: segmentName(0, true), sizeBytes: 1, sha256: createHash('sha256').update('x').digest('hex') };

/** Stores and commits a differential, as a backup does at its end. Returns why it was not committed. */
async function beginDifferential(
  full: Commit,
  storage: Storage,
  context: Parameters<typeof commitTo>[2],
): Promise<string | undefined> {
  const destination: Destination = { storage, failure: undefined, isUsed: true, commitState: 'none' };
  await storage.put(dataKey(NEW, SEGMENT.key), Buffer.from('x'));
  const commit = { ...full, ...standingOn(full), ...NEW, startedAt: new Date(NOON).toISOString() };
  await commitTo({ commit, objects: [SEGMENT] }, { repository: testRepository(storage), destination }, context);
  return destination.failure?.code;
}

test('a differential that begins and ends between the last look of prune and the deletion takes itself back', async () => {
  const { storage, commits, context, run } = await filled([[20], [1]]);
  const full = commits.get(20) as Commit;
  const ends: (string | undefined)[] = [];
  const late: Storage = {
    ...storage,
    async remove(keys, options) {
      if (keys.includes(commitKey(full))) ends.push(await beginDifferential(full, storage, context));
      await storage.remove(keys, options);
    },
  };
  expect((await run({}, late)).deleted).toEqual([at(20)]);
  expect(ends).toEqual(['objects-removed']);
  expect(storage.keys()).not.toContain(commitKey(NEW));
});

test('in whatever order the calls of a prune and of a new differential take effect, none is without its full', async () => {
  const ends = { committed: 0, takenBack: 0, deleted: 0 };
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.nat(25), fc.nat(60), async (scheduler, after, slow) => {
      const done = { count: 0 };
      const { storage, commits, context, run } = await filled([[20], [1]]);
      const full = commits.get(20) as Commit;
      const begin = async () => {
        const own = scheduled(storage, scheduler, 'differential');
        for (let turn = 0; turn < 100 && done.count < after; turn += 1)
          await scheduler.schedule(Promise.resolve(), 'wait');
        return beginDifferential(full, own, context);
      };
      const both = Promise.all([run({}, scheduled(storage, scheduler, 'prune', { done, slow })), begin()]);
      const [{ deleted }, failure] = await scheduler.waitFor(both);
      const isThere = storage.keys().includes(commitKey(NEW));
      const ofFull = storage.keys().filter((key) => key.includes(at(20)) && !key.includes('/records/'));
      if (isThere) expect(ofFull).toHaveLength(6);
      else expect(failure).toBe('objects-removed');
      if (isThere) ends.committed += 1;
      else ends.takenBack += 1;
      ends.deleted += deleted.length;
    }),
    { numRuns: 150 },
  );
  expect(Math.min(...Object.values(ends))).toBeGreaterThan(0);
}, 300_000);

interface Step {
  readonly kind: 'full' | 'differential' | 'prune' | 'crash' | 'pin' | 'unpin' | 'verify' | 'damage';
  readonly pick: number;
}

const steps = fc.array(
  fc.record<Step>({
    kind: fc.constantFrom(
      'full',
      'differential',
      'differential',
      'differential',
      'prune',
      'crash',
      'pin',
      'unpin',
      'verify',
      'damage',
    ),
    pick: fc.nat(1000),
  }),
  { minLength: 5, maxLength: 40 },
);

test('in any history of backups, prunes and crashes no differential is ever without its full', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 6 }), async (history, keepLast) => {
      const { clock, storage, run } = await filled([]);
      const fulls: Commit[] = [];
      const damaged = new Set<string>();
      const retention = { keepLast, keepMinimum: 1 };
      for (const { kind, pick } of history) {
        clock.set(clock.now() + 6 * HOUR);
        const { backups } = await listBackups({ name: 'app' }, testRepository(storage));
        const chosen = backups[pick % Math.max(1, backups.length)];
        const full = fulls.filter(({ label }) => backups.some((one) => one.label === label)).at(-1);
        if (kind === 'full' || (kind === 'differential' && full === undefined))
          fulls.push(await putBackup(storage, clock.now(), { index: true }));
        else if (kind === 'differential' && full !== undefined) await putBackup(storage, clock.now(), standingOn(full));
        else if (kind === 'prune') await run({ retention }).catch(ignoreRefusal);
        else if (kind === 'crash') {
          const failing = faulty(storage);
          for (let before = 0; before < pick % 7; before += 1) failing.addFault('remove');
          failing.addFault('remove').error(new BackuperError('storage-unavailable', 'busy')).repeat(99);
          await run({ retention }, failing).catch(() => undefined);
        } else if (chosen !== undefined && kind === 'damage' && damaged.size < 2) {
          if (chosen.commit.type !== 'differential') continue;
          damaged.add(chosen.label);
          await storage.remove([commitKey(chosen.commit)]);
          await storage.put(commitKey(chosen.commit), Buffer.from(`damaged: stood on ${chosen.commit.parent}`));
        } else if (chosen !== undefined && kind !== 'damage' && kind !== 'differential') {
          const recorded = kind === 'verify' ? 'verify-content-failed' : kind;
          await storage.put(createRecordKey(chosen.commit, { kind: recorded, now: clock.now() }), Buffer.from('{}'));
        }
        await standing(storage);
        for (const label of damaged) await stillStands(label, storage);
      }
    }),
    { numRuns: 100 },
  );
}, 300_000);

/** A differential that nobody can read any more still has its full. */
async function stillStands(label: string, storage: Storage): Promise<void> {
  const text = Buffer.from(await storage.get(commitKey({ name: 'app', label }), { maxBytes: 200 })).toString();
  const [, parent = ''] = /stood on (\S+)/.exec(text) ?? [];
  await storage.get(commitKey({ name: 'app', label: parent }), { maxBytes: 8192 });
}

function ignoreRefusal(error: unknown): void {
  if (!(error instanceof BackuperError) || error.code !== 'prune-refused') throw error;
}
