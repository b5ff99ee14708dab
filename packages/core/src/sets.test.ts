import {
  type Commit,
  commitKey,
  createRecordKey,
  dataKey,
  type RecordKind,
  segmentName,
  signatureKey,
  writeCommit,
} from '@postgres-backuper/format';
import { condemnNamed, findBackup, nextUsable, type Repository } from '@postgres-backuper/repository';
import { createMemoryStorage } from '@postgres-backuper/testing/memory-storage';
import {
  DAY,
  labelAt,
  NOON,
  putBackup,
  quietContext,
  SIGNER,
  sampleCommit,
  signatureOf,
  standingOn,
  testClock,
  testRepository,
} from '@postgres-backuper/testing/repository-data';
import { expect, test } from 'vitest';
import { list } from './list.ts';
import { pin, unpin } from './pin.ts';
import { status } from './status.ts';
import { verify } from './verify.ts';

const at = (age: number) => labelAt(NOON - age * DAY);
const idAt = (age: number) => ({ name: 'app', label: at(age) });
const LATEST = { name: 'app', target: { latest: true } } as const;
const LIST = { name: 'app', retention: { keepDays: 30, keepMinimum: 1 } };

/** A full of 9 days, a full of 3 days with differentials of 2 days and of today. */
async function sets(changes: Partial<Repository> = {}) {
  const clock = testClock();
  const storage = createMemoryStorage(clock.now);
  const commits = new Map<number, Commit>();
  for (const [age, on] of [[9], [3], [2, 3], [0, 3]] as const) {
    clock.set(NOON - age * DAY);
    const full = on === undefined ? undefined : commits.get(on);
    commits.set(age, await putBackup(storage, clock.now(), full === undefined ? { index: true } : standingOn(full)));
  }
  clock.set(NOON + 1000);
  const repository = testRepository(storage, changes);
  const context = quietContext(clock);
  const record = (age: number, kind: RecordKind) =>
    storage.put(createRecordKey(idAt(age), { kind, now: clock.now() }), Buffer.from('{}'));
  const latest = () => findBackup(LATEST, repository, clock);
  return { clock, storage, commits, repository, context, record, latest };
}

type Sets = Awaited<ReturnType<typeof sets>>;

async function replaceCommit({ storage }: Sets, commit: Commit): Promise<void> {
  await storage.remove([commitKey(commit)]);
  await storage.put(commitKey(commit), writeCommit(commit));
}

test.each<[string, (made: Sets) => Promise<unknown>, string, string]>([
  ['is missing', ({ storage }) => storage.remove([commitKey(idAt(3))]), 'damaged', `its full '${at(3)}' is missing`],
  [
    'cannot be read',
    async ({ storage }) => {
      await storage.remove([commitKey(idAt(3))]);
      await storage.put(commitKey(idAt(3)), Buffer.from('damaged'));
    },
    ...(['damaged', `its full '${at(3)}' cannot be read or trusted`] as const),
  ],
  [
    'is another one',
    (made) => replaceCommit(made, { ...(made.commits.get(3) as Commit), objects: sampleCommit().objects }),
    ...(['damaged', `its full '${at(3)}' is not the one on which it stands`] as const),
  ],
  [
    'is a differential',
    (made) => replaceCommit(made, { ...(made.commits.get(3) as Commit), ...standingOn(made.commits.get(9) as Commit) }),
    ...(['damaged', `'${at(3)}', on which it stands, is no full`] as const),
  ],
  [
    'failed a verification',
    ({ record }) => record(3, 'verify-content-failed'),
    ...(['failed', `a verification or a restore found its full '${at(3)}' damaged`] as const),
  ],
])('a differential whose full %s is passed over, with the reason', async (_, change, flaw, why) => {
  const made = await sets();
  expect((await made.latest()).label).toBe(at(0));
  await change(made);
  const { label, passedOver } = await made.latest();
  expect([at(3), at(9)]).toContain(label);
  expect(passedOver).toContainEqual({ label: at(0), flaw, why });
  const request = { name: 'app', maxAgeMs: 2 * DAY };
  await expect(status(request, made, made.context)).rejects.toMatchObject({
    code: 'backup-stale',
    result: { state: 'stale', needsFull: why, newest: { label } },
  });
  const { backups } = await list(LIST, made, made.context);
  expect(backups[0]).toMatchObject({ label: at(0), fullProblem: why });
});

test('a full that is signed by nobody we trust takes its signed differentials along', async () => {
  const made = await sets({ trusted: SIGNER });
  for (const age of [9, 2, 0]) {
    const bytes = await made.storage.get(commitKey(idAt(age)), { maxBytes: 8192 });
    await made.storage.put(signatureKey(idAt(age)), Buffer.from(signatureOf(bytes)));
  }
  expect(await made.latest()).toMatchObject({
    label: at(9),
    passedOver: [{ label: at(0), flaw: 'damaged' }, { label: at(2) }, { label: at(3) }],
  });
});

test('list says of each differential on what it stands and how much it saved', async () => {
  const made = await sets();
  const [full, differential] = [made.commits.get(3) as Commit, made.commits.get(0) as Commit];
  const storedBytes = Math.round(full.totals.storedBytes / 50);
  await replaceCommit(made, { ...differential, totals: { ...differential.totals, storedBytes } });
  const { backups } = await list(LIST, made, made.context);
  expect(backups.map(({ type, parent, fullProblem }) => [type, parent, fullProblem])).toEqual([
    ['differential', at(3), null],
    ['differential', at(3), null],
    ['full', null, null],
    ['full', null, null],
  ]);
  expect(backups[0]?.savedShare).toBeCloseTo(0.98);
  expect(backups[1]?.savedShare).toBe(0);
  expect(backups[2]).toMatchObject({
    savedShare: null,
    retention: { reasons: expect.arrayContaining(['kept for 2 differentials']) },
  });
});

test('status counts a lost full among the damaged, and one that failed among the failed', async () => {
  const made = await sets();
  const request = { name: 'app', maxAgeMs: 20 * DAY, ignoreDamaged: true };
  expect(await status(request, made, made.context)).toMatchObject({
    ...{ needsFull: null, damaged: 0, failed: 0, newest: { label: at(0), parent: at(3) } },
  });
  await made.record(3, 'verify-content-failed');
  expect(await status(request, made, made.context)).toMatchObject({ damaged: 0, failed: 3 });
  await made.storage.remove([commitKey(idAt(3))]);
  expect(await status(request, made, made.context)).toMatchObject({ damaged: 2, failed: 0 });
  await putBackup(made.storage, NOON + 1000);
  expect(await status(request, made, made.context)).toMatchObject({ needsFull: null });
});

test('a full that a prune has begun to delete takes no more differentials', async () => {
  const made = await sets();
  await made.record(3, 'prune-begun');
  const request = { name: 'app', maxAgeMs: DAY };
  expect(await status(request, made, made.context)).toMatchObject({
    ...{ state: 'ok', needsFull: expect.stringContaining(`'${at(3)}' is being deleted`) },
  });
});

test('a pin of a differential names the full that stays with it', async () => {
  const made = await sets();
  expect(await pin(idAt(2), made, made.context)).toMatchObject({ pinned: true, parent: at(3) });
  made.clock.set(made.clock.now() + 1000);
  expect(await unpin(idAt(2), made, made.context)).toMatchObject({ pinned: false, parent: at(3) });
  expect(await pin(idAt(3), made, made.context)).toMatchObject({ pinned: true, parent: null });
});

const verifyStored = (made: Sets, age: number) =>
  verify({ name: 'app', target: { label: at(age) }, level: 'stored' }, made, made.context);
const recordsOf = ({ storage }: Sets, age: number) =>
  storage.keys().flatMap((key) => (key.includes(`/records/${at(age)}/`) ? [key.replace(/.*-([0-9a-f]{8})-/, '')] : []));

test('a stored verification of a differential looks at the objects of both', async () => {
  const made = await sets();
  const { backups } = await verifyStored(made, 0);
  expect(backups).toMatchObject([{ ok: true, objects: 9 }]);
  expect((await verifyStored(made, 3)).backups).toMatchObject([{ ok: true, objects: 5 }]);
});

test('what a differential lacks of its full condemns the full, and so the others of the set', async () => {
  const made = await sets();
  const segment = dataKey(idAt(3), segmentName(1, true));
  await made.storage.remove([segment]);
  await expect(verifyStored(made, 2)).rejects.toMatchObject({
    code: 'verification-failed',
    result: { backups: [{ damage: [{ object: segment, text: expect.stringContaining('is missing') }] }] },
  });
  expect(recordsOf(made, 2)).toEqual(['verify-stored-failed.json']);
  expect(recordsOf(made, 3)).toEqual(['verify-content-failed.json']);
  expect((await made.latest()).label).toBe(at(9));
});

test('damage of its own condemns a differential alone', async () => {
  const made = await sets();
  await made.storage.remove([dataKey(idAt(0), segmentName(1, true))]);
  await expect(verifyStored(made, 0)).rejects.toMatchObject({ code: 'verification-failed' });
  expect(recordsOf(made, 3)).toEqual([]);
  expect((await made.latest()).label).toBe(at(2));
});

test.each<[string, (made: Sets) => Promise<unknown>, string]>([
  ['lost', ({ storage }) => storage.remove([commitKey(idAt(3))]), `its full '${at(3)}' is missing`],
  [
    'replaced',
    (made) => replaceCommit(made, { ...(made.commits.get(3) as Commit), objects: sampleCommit().objects }),
    'is not the one on which it stands',
  ],
])('a differential whose full is %s is damaged', async (_, change, text) => {
  const made = await sets();
  await change(made);
  await expect(verifyStored(made, 0)).rejects.toMatchObject({
    result: { backups: [{ ok: false, damage: [{ text: expect.stringContaining(text) }] }] },
  });
  expect(recordsOf(made, 3)).toEqual([]);
});

test('the objects of a full are listed once for all of its differentials', async () => {
  const made = await sets();
  let listed = 0;
  const storage = {
    ...made.storage,
    list: (...args: Parameters<typeof made.storage.list>) => {
      if (args[0].includes(`/data/${at(3)}/`)) listed += 1;
      return made.storage.list(...args);
    },
  };
  const repository = testRepository(storage);
  const { backups } = await verify(
    { name: 'app', target: { all: true }, level: 'stored' },
    { repository },
    made.context,
  );
  expect(backups.map(({ ok }) => ok)).toEqual([true, true, true, true]);
  expect(listed).toBe(1);
});

test('the next best backup after a damaged full is none of its differentials', async () => {
  const made = await sets();
  expect(await nextUsable(idAt(3), made.repository, made.context)).toBe(at(9));
  expect(await nextUsable(idAt(0), made.repository, made.context)).toBe(at(2));
});

test('a text that names an object of another backup condemns that one, and no other text does', async () => {
  const made = await sets();
  const texts = [`object '${dataKey(idAt(0), 'x')}' is bad`, `'${at(9)}' is old`, `object 'app/data/../x'`];
  await condemnNamed({ ...idAt(0), texts, details: {} }, made.repository, made.context);
  expect(made.storage.keys().filter((key) => key.includes('/records/'))).toEqual([]);
});
