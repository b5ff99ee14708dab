import { BackuperError, say } from '@postgres-backuper/base';
import type { Commit } from '@postgres-backuper/format';
import {
  type CachedObject,
  caching,
  findBackup,
  listBackups,
  readDocuments,
  type Storage,
  writeRecord,
} from '@postgres-backuper/repository';
import { faulty } from '@postgres-backuper/testing';
import { createMemoryStorage } from '@postgres-backuper/testing/memory-storage';
import {
  DAY,
  HOUR,
  labelAt,
  NOON,
  putBackup,
  quietContext,
  sampleCommit,
  testClock,
  testRepository,
} from '@postgres-backuper/testing/repository-data';
import { expect, test } from 'vitest';
import { list } from './list.ts';
import { pin, unpin } from './pin.ts';
import type { PruneRequest } from './prune/prune-request.ts';
import { prune } from './prune.ts';
import { status } from './status.ts';

const REQUEST: PruneRequest = {
  name: 'app',
  retention: { keepDays: 30, keepMinimum: 3 },
  dryRun: false,
  force: false,
  acceptNewServer: false,
};
const OTHER_SERVER = { ...sampleCommit().database, host: 'new.example' };

/** A storage with a backup for each of these ages in days, made at their times. */
async function filled(ages: readonly number[], changes: (age: number) => Partial<Commit> = () => ({})) {
  const clock = testClock();
  const storage = createMemoryStorage(clock.now);
  for (const age of [...ages].sort((a, b) => b - a)) {
    clock.set(NOON - age * DAY);
    await putBackup(storage, NOON - age * DAY, changes(age));
  }
  clock.set(NOON);
  return { clock, storage, context: quietContext(clock) };
}

const run = (storage: Storage, context: ReturnType<typeof quietContext>, changes: Partial<PruneRequest> = {}) =>
  prune({ ...REQUEST, ...changes }, { repository: testRepository(storage) }, context);

/** Every backup that is listed can be read whole. */
async function wholeBackups(storage: Storage): Promise<string[]> {
  const repository = testRepository(storage);
  const { backups, damaged } = await listBackups({ name: 'app' }, repository);
  expect(damaged).toEqual([]);
  for (const { commit } of backups) await readDocuments(commit, repository);
  return backups.map(({ label }) => label);
}

const AGES = [0, 1, 2, 40, 41];

test('prune deletes what no rule keeps, with all its objects and none of others', async () => {
  const { storage, context } = await filled(AGES);
  await putBackup(storage, NOON - 90 * DAY, { name: 'other' });
  await storage.put(`app/data/${labelAt(NOON - 40 * DAY)}/notes.txt`, Buffer.from('mine'));
  await storage.put('app/backups/README', Buffer.from('mine'));
  const before = storage.keys();
  const result = await run(storage, context);
  expect(result.deleted).toEqual([labelAt(NOON - 40 * DAY), labelAt(NOON - 41 * DAY)]);
  expect(result.freedBytes).toBeGreaterThan(0);
  const gone = before.filter((key) => !storage.keys().includes(key));
  expect(gone).toHaveLength(10);
  expect(gone.every((key) => result.deleted.some((label) => key.includes(label)))).toBe(true);
  expect(storage.keys().filter((key) => key.endsWith('notes.txt') || key.endsWith('README'))).toHaveLength(2);
  expect(await wholeBackups(storage)).toHaveLength(3);
});

test('a dry run writes and deletes nothing and tells the same plan', async () => {
  const { storage, context } = await filled(AGES);
  const before = storage.keys();
  const dry = await run(storage, context, { dryRun: true });
  expect(storage.keys()).toEqual(before);
  expect(dry.deleted).toEqual([]);
  expect((await run(storage, context)).backups).toEqual(dry.backups);
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'a prune that dies at its removal %i leaves whole backups, and the next one finishes',
  async (step) => {
    const { storage, clock } = await filled(AGES);
    const dying = faulty(storage);
    dying
      .addFault('remove')
      .repeat(step - 1)
      .alter((body) => body);
    dying.addFault('remove').error(new Error('killed')).repeat(99);
    await run(dying, quietContext(clock)).catch((error: Error) => expect(error.message).toBe('killed'));
    expect((await wholeBackups(storage)).slice(-3)).toEqual([2, 1, 0].map((age) => labelAt(NOON - age * DAY)));
    await run(storage, quietContext(clock));
    const left = storage.keys().filter((key) => [40, 41].some((age) => key.includes(labelAt(NOON - age * DAY))));
    expect(left).toEqual([]);
    expect(await wholeBackups(storage)).toHaveLength(3);
  },
);

test('left-overs go when their newest object is a day old by the storage, not before', async () => {
  const { storage, clock, context } = await filled([0, 1, 3]);
  const crashed = `app/data/${labelAt(NOON - 2 * DAY, 'dead00')}/segment-00000000.tar.zst.gpg`;
  clock.set(NOON - 2 * DAY);
  await storage.put(crashed, Buffer.from('x'));
  await storage.put(`app/data/${labelAt(NOON - 2 * DAY, 'dead00')}/notes.txt`, Buffer.from('mine'));
  const running = labelAt(NOON - 30 * HOUR, 'beef00');
  clock.set(NOON - 30 * HOUR);
  await storage.put(`app/data/${running}/segment-00000000.tar.zst.gpg`, Buffer.from('x'));
  clock.set(NOON - HOUR);
  await writeRecord({ name: 'app', label: running, kind: 'heartbeat' }, { storage }, context);
  clock.set(NOON);
  const { leftOvers } = await run(storage, context);
  expect(leftOvers.map(({ label, action }) => [label, action])).toEqual([
    [labelAt(NOON - 2 * DAY, 'dead00'), 'delete'],
    [running, 'keep'],
  ]);
  expect(storage.keys()).not.toContain(crashed);
  expect(storage.keys().filter((key) => key.includes('notes') || key.includes(running))).toHaveLength(3);
  expect(await wholeBackups(storage)).toHaveLength(3);
});

test('a clock that is wrong on the machine of prune sweeps no run that is alive', async () => {
  const { storage, clock, context } = await filled([0, 1, 2]);
  await storage.put(`app/data/${labelAt(NOON, 'beef00')}/segment-00000000.tar.zst.gpg`, Buffer.from('x'));
  clock.set(NOON + 20 * DAY);
  const { leftOvers } = await run(storage, context);
  expect(leftOvers).toMatchObject([{ action: 'keep' }]);
});

test('a signature without commit is a left-over too', async () => {
  const { storage, clock, context } = await filled([0, 1, 3]);
  clock.set(NOON - 2 * DAY);
  await storage.put(`app/backups/${labelAt(NOON - 2 * DAY)}.json.sig`, Buffer.from('x'));
  clock.set(NOON);
  expect((await run(storage, context)).leftOvers).toMatchObject([{ objects: 1, action: 'delete' }]);
  expect(storage.keys().filter((key) => key.endsWith('.sig'))).toEqual([]);
});

test('after a crashed run nothing is deleted until a backup succeeds', async () => {
  const { storage, clock, context } = await filled([1, 2, 3, 40]);
  clock.set(NOON - 3 * HOUR);
  await storage.put(`app/data/${labelAt(NOON - 3 * HOUR, 'dead00')}/segment-00000000.tar.zst.gpg`, Buffer.from('x'));
  clock.set(NOON);
  await expect(run(storage, context)).rejects.toMatchObject({
    code: 'prune-refused',
    result: { refusals: [{ brake: 'crashed-run' }], deleted: [] },
  });
  expect(await wholeBackups(storage)).toHaveLength(4);
  clock.set(NOON + HOUR);
  await putBackup(storage, NOON + HOUR);
  expect((await run(storage, context)).deleted).toHaveLength(1);
});

test('after a run that failed and removed its objects nothing is deleted either, from its end on', async () => {
  const { storage, clock, context } = await filled([1, 2, 3, 40]);
  const failed = { name: 'app', label: labelAt(NOON - HOUR, 'dead00') };
  clock.set(NOON - HOUR / 60);
  await writeRecord({ ...failed, kind: 'backup-failed' }, { storage }, context);
  clock.set(NOON);
  await expect(run(storage, context)).rejects.toMatchObject({
    code: 'prune-refused',
    result: { refusals: [{ brake: 'crashed-run', text: expect.stringContaining(failed.label) }], deleted: [] },
  });
  clock.set(NOON + HOUR);
  await putBackup(storage, NOON + HOUR);
  const { deleted, leftOvers } = await run(storage, context);
  expect(deleted).toHaveLength(1);
  expect(leftOvers).toMatchObject([{ label: failed.label, action: 'keep', reason: expect.stringContaining('failed') }]);
});

test('neither a later run nor a date in the future hides a run that crashed', async () => {
  const { storage, clock, context } = await filled([1, 2, 3, 40]);
  const put = (label: string) => storage.put(`app/data/${label}/segment-00000000.tar.zst.gpg`, Buffer.from('x'));
  clock.set(NOON - 3 * HOUR);
  await put(labelAt(NOON - 3 * HOUR, 'dead00'));
  clock.set(NOON);
  await put(labelAt(NOON, 'beef00'));
  const refused = { result: { refusals: [{ brake: 'crashed-run', text: expect.stringContaining('dead00') }] } };
  await expect(run(storage, context)).rejects.toMatchObject(refused);
  await putBackup(storage, NOON + 900 * DAY);
  await expect(run(storage, context)).rejects.toMatchObject(refused);
});

test('a crashed run that is dated in the future is over when a later backup is stored', async () => {
  const { storage, clock, context } = await filled([1, 2, 3, 40]);
  clock.set(NOON - 3 * HOUR);
  const future = labelAt(NOON + 900 * DAY, 'dead00');
  await storage.put(`app/data/${future}/segment-00000000.tar.zst.gpg`, Buffer.from('x'));
  clock.set(NOON);
  await expect(run(storage, context)).rejects.toMatchObject({ result: { refusals: [{ brake: 'crashed-run' }] } });
  await putBackup(storage, NOON);
  expect((await run(storage, context)).deleted).toHaveLength(1);
});

test('while a newer backup is damaged nothing is deleted', async () => {
  const { storage, context } = await filled([1, 2, 3, 40]);
  await storage.put(`app/backups/${labelAt(NOON)}.json`, Buffer.from('{'));
  await expect(run(storage, context)).rejects.toMatchObject({
    result: { refusals: [{ brake: 'damaged-newest' }], deleted: [] },
  });
});

test('another server refuses until it is accepted once', async () => {
  const { storage, context } = await filled([0, 1, 2, 40], (age) => (age < 2 ? { database: OTHER_SERVER } : {}));
  await expect(run(storage, context)).rejects.toMatchObject({
    code: 'prune-refused',
    hint: expect.stringContaining(say.option('acceptNewServer')),
  });
  await expect(run(storage, context, { dryRun: true })).resolves.toMatchObject({
    refusals: [{ brake: 'other-server' }],
  });
  expect((await run(storage, context, { acceptNewServer: true, dryRun: true })).refusals).toEqual([]);
  expect((await run(storage, context, { acceptNewServer: true })).deleted).toHaveLength(1);
  expect(storage.keys().filter((key) => key.endsWith('-accept-new-server.json'))).toHaveLength(1);
  await run(storage, context, { acceptNewServer: true });
  expect(storage.keys().filter((key) => key.endsWith('-accept-new-server.json'))).toHaveLength(1);
});

test('a damaged commit is never deleted, and its data neither', async () => {
  const { storage, clock, context } = await filled([0, 1, 2]);
  clock.set(NOON - 90 * DAY);
  const label = labelAt(NOON - 90 * DAY);
  await storage.put(`app/backups/${label}.json`, Buffer.from('{'));
  await storage.put(`app/data/${label}/segment-00000000.tar.zst.gpg`, Buffer.from('x'));
  clock.set(NOON);
  expect((await run(storage, context)).damaged).toMatchObject([{ label }]);
  expect(storage.keys().filter((key) => key.includes(label))).toHaveLength(2);
});

test('a year that one flipped bit made another deletes nothing: the commit is damaged', async () => {
  const { storage, context } = await filled([0, 1, 2, 3]);
  const key = `app/backups/${labelAt(NOON)}.json`;
  const text = Buffer.from(await storage.get(key, { maxBytes: 8192 })).toString('latin1');
  await storage.remove([key]);
  await storage.put(key, Buffer.from(text.replace('"startedAt": "2026', '"startedAt": "2024'), 'latin1'));
  const { damaged, deleted } = await run(storage, context);
  expect({ damaged, deleted }).toMatchObject({ damaged: [{ label: labelAt(NOON) }], deleted: [] });
  const { backups } = await list(REQUEST, { repository: testRepository(storage) }, context);
  expect(backups).toHaveLength(3);
});

test('what a cache tells is never a reason to delete, even where listings show no change', async () => {
  const { storage, context } = await filled([0, 1, 2, 40]);
  const blind: Storage = {
    ...storage,
    async *list(...args) {
      for await (const object of storage.list(...args)) yield { ...object, identity: 'always the same' };
    },
  };
  const kept = new Map<string, CachedObject>();
  const save = async (key: string, object: CachedObject) => void kept.set(key, object);
  const cached = caching(blind, { load: async () => new Map(), save });
  const services = { repository: testRepository(cached) };
  expect((await list(REQUEST, services, context)).backups).toHaveLength(4);
  const key = `app/backups/${labelAt(NOON)}.json`;
  const good = await storage.get(key, { maxBytes: 8192 });
  await storage.remove([key]);
  await storage.put(key, Buffer.alloc(good.length));
  const nextRun = () => caching(blind, { load: async () => kept, save: async () => undefined });
  expect((await run(nextRun(), context, { dryRun: true })).backups.at(-1)?.action).toBe('delete');
  const latest = { name: 'app', target: { latest: true } } as const;
  await expect(findBackup(latest, testRepository(nextRun()), context.clock)).rejects.toMatchObject({
    code: 'commit-invalid',
  });
  expect(await run(nextRun(), context)).toMatchObject({ deleted: [], damaged: [{ label: labelAt(NOON) }] });
});

test('a pinned backup outlives every rule until it is unpinned', async () => {
  const { storage, context } = await filled([0, 1, 2, 40]);
  const services = { repository: testRepository(storage) };
  const request = { name: 'app', label: labelAt(NOON - 40 * DAY).slice(0, -7) };
  expect(await pin(request, services, context)).toMatchObject({
    pinned: true,
    changed: true,
    label: labelAt(NOON - 40 * DAY),
  });
  expect(await pin(request, services, context)).toMatchObject({ changed: false });
  expect((await run(storage, context)).deleted).toEqual([]);
  const { backups } = await list(REQUEST, services, context);
  expect(backups.at(-1)).toMatchObject({ pinned: true, retention: { action: 'keep', reasons: ['pinned'] } });
  context.clock.sleep(1000);
  expect(await unpin(request, services, context)).toMatchObject({ pinned: false, changed: true });
  expect((await run(storage, context)).deleted).toHaveLength(1);
  await expect(pin({ name: 'app', label: 'x' }, services, context)).rejects.toMatchObject({ code: 'label-unknown' });
});

test('an object dated in the future makes no running backup a left-over', async () => {
  const { storage, clock, context } = await filled([1, 2]);
  const running = labelAt(NOON - 60_000, 'beef00');
  await storage.put(`app/data/${running}/segment-00000000.tar.zst.gpg`, Buffer.from('x'));
  clock.set(NOON + 3 * DAY);
  await writeRecord({ name: 'app', label: labelAt(NOON - DAY), kind: 'heartbeat' }, { storage }, context);
  clock.set(NOON);
  const kept = [{ label: running, action: 'keep', reason: 'may still be running' }];
  expect(await run(storage, context)).toMatchObject({ leftOvers: kept });
  expect(storage.keys().some((key) => key.includes(`data/${running}`))).toBe(true);
});

test('a clock of ours that is days ahead makes no running backup a left-over', async () => {
  const { storage, clock, context } = await filled([1, 2]);
  const running = labelAt(NOON - 60_000, 'beef00');
  await storage.put(`app/data/${running}/segment-00000000.tar.zst.gpg`, Buffer.from('x'));
  clock.set(NOON + 3 * DAY);
  expect(await run(storage, context)).toMatchObject({ leftOvers: [{ label: running, action: 'keep' }] });
});

test('a run that comes back to life while it is swept keeps what is left of it', async () => {
  const { storage, clock, context } = await filled([0, 1, 2]);
  const sleeping = labelAt(NOON - 3 * DAY, 'beef00');
  clock.set(NOON - 3 * DAY);
  await storage.put(`app/data/${sleeping}/segment-00000000.tar.zst.gpg`, Buffer.from('x'));
  clock.set(NOON);
  const waking: Storage = {
    ...storage,
    async *list(prefix, options) {
      // its next object is stored when prune has made its plan and looks for what to remove
      const isPlanned = prefix.includes(`records/${sleeping}`) && looks++ > 0;
      if (isPlanned) await storage.put(`app/data/${sleeping}/segment-00000001.tar.zst.gpg`, Buffer.from('y'));
      yield* storage.list(prefix, options);
    },
  };
  let looks = 0;
  await run(waking, context);
  expect(storage.keys().filter((key) => key.includes(`data/${sleeping}`))).toHaveLength(2);
});

test('a backup whose data cannot be removed stays whole, is said, and stops no other', async () => {
  const { storage, context } = await filled([0, 1, 2, 40, 41]);
  const linked = labelAt(NOON - 40 * DAY);
  const unsafe: Storage = {
    ...storage,
    list(prefix, options) {
      if (prefix.includes(`data/${linked}`)) throw new BackuperError('storage-unsafe', 'reached through a link');
      return storage.list(prefix, options);
    },
  };
  const said: string[] = [];
  const emit = (event: { type: string; text?: string }) => void said.push(`${event.type} ${event.text}`);
  const again = async () => run(unsafe, { ...context, emit });
  expect((await again()).deleted).toEqual([labelAt(NOON - 41 * DAY)]);
  expect((await again()).deleted).toEqual([]);
  expect(
    said.filter((text) => text === `warning '${linked}' has expired and stays: reached through a link`),
  ).toHaveLength(2);
  expect(await wholeBackups(storage)).toContain(linked);
  await storage.remove([`app/backups/${linked}.json`]);
  await putBackup(storage, NOON - 50 * DAY);
  said.length = 0;
  expect(await again()).toMatchObject({
    leftOvers: [{ label: linked, action: 'keep', reason: 'reached through a link' }],
  });
  expect(said.filter((text) => text.includes('has no commit and stays'))).toHaveLength(1);
});

test('two prunes at once delete the same backups, once', async () => {
  const { storage, context } = await filled(AGES);
  const [one, two] = await Promise.all([run(storage, context), run(storage, context)]);
  expect(one.deleted).toEqual(two.deleted);
  expect(await wholeBackups(storage)).toHaveLength(3);
});

test('status is ok, stale or none by the newest good backup', async () => {
  const ask = (storage: Storage, context: ReturnType<typeof quietContext>) =>
    status({ name: 'app', maxAgeMs: 26 * HOUR }, { repository: testRepository(storage) }, context);
  const young = await filled([1, 2]);
  await expect(ask(young.storage, young.context)).resolves.toMatchObject({ state: 'ok', newest: { ageMs: DAY } });
  await writeRecord({ name: 'app', label: labelAt(NOON - DAY), kind: 'verify-content-failed' }, young, young.context);
  await expect(ask(young.storage, young.context)).rejects.toMatchObject({
    code: 'backup-stale',
    exitStatus: 1,
    result: { state: 'stale', failed: 1 },
  });
  const none = await filled([-2]);
  await expect(ask(none.storage, none.context)).rejects.toMatchObject({
    code: 'backup-none',
    exitStatus: 1,
    result: { newest: null },
  });
});

test('status fails when a newer backup is damaged, unless it is told to ignore it', async () => {
  const { storage, context } = await filled([0, 0.5]);
  const key = `app/backups/${labelAt(NOON)}.json`;
  await storage.remove([key]);
  await storage.put(key, Buffer.from('{'));
  const ask = (ignoreDamaged: boolean) =>
    status({ name: 'app', maxAgeMs: 26 * HOUR, ignoreDamaged }, { repository: testRepository(storage) }, context);
  await expect(ask(false)).rejects.toMatchObject({
    code: 'newest-damaged',
    exitStatus: 1,
    result: { state: 'damaged', passedOver: [{ label: labelAt(NOON), flaw: 'damaged' }] },
  });
  await expect(ask(true)).resolves.toMatchObject({ state: 'ok', newest: { label: labelAt(NOON - 12 * HOUR) } });
});

test('list shows every name, newest first, with verification and reason', async () => {
  const { storage, context } = await filled([0, 1, 40]);
  await putBackup(storage, NOON - HOUR, { name: 'my app' });
  await writeRecord({ name: 'app', label: labelAt(NOON - DAY), kind: 'verify-restore-exact' }, { storage }, context);
  const services = { repository: testRepository(storage) };
  const { backups, originChecked } = await list({ retention: REQUEST.retention }, services, context);
  expect(backups.map(({ name, ageMs }) => [name, ageMs / HOUR])).toEqual([
    ['app', 0],
    ['my app', 1],
    ['app', 24],
    ['app', 960],
  ]);
  expect(backups[2]).toMatchObject({
    verification: { level: 'restore', ok: true },
    durationMs: 60_000,
    retention: { reasons: ['younger than 30 days'] },
  });
  expect(backups[3]).toMatchObject({
    verification: { level: 'stored', ok: true },
    retention: { action: 'keep', reasons: ['minimum 3'] },
  });
  expect(originChecked).toBe(false);
});
