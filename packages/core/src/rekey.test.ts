import { BackuperError } from '@postgres-backuper/base';
import { catalogName, commitKey, commitPrefix, dataKey, parseKey, signatureKey } from '@postgres-backuper/format';
import { type Repository, readSet, type Storage, survey, writeRecord } from '@postgres-backuper/repository';
import { createMemoryStorage } from '@postgres-backuper/testing/memory-storage';
import {
  DAY,
  labelAt,
  NOON,
  PLAIN_CIPHER,
  putBackup,
  putCommit,
  quietContext,
  SIGNER,
  signatureOf,
  standingOn,
  testClock,
  testRepository,
} from '@postgres-backuper/testing/repository-data';
import { expect, test } from 'vitest';
import { pin } from './pin.ts';
import { prune } from './prune.ts';
import { rekey } from './rekey.ts';
import { verify } from './verify.ts';

const CONTEXT = quietContext(testClock());
const NEW = 'B'.repeat(40);

/** For tests: its messages have no packets before the data. */
const CIPHER = {
  ...PLAIN_CIPHER,
  recipients: [NEW],
  rekey: async (bytes: Uint8Array) => bytes,
  hasSameData: (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other) === 0,
};

const forNew = (storage: Storage, changes: Partial<Repository> = {}) =>
  testRepository(storage, { cipher: CIPHER, ...changes });

/** A full of two days ago that is pinned, with an index, and a differential. */
async function filled() {
  const storage = createMemoryStorage(() => NOON);
  const full = await putBackup(storage, NOON - 2 * DAY, { index: true });
  const differential = await putBackup(storage, NOON - DAY, standingOn(full));
  await pin({ name: 'app', label: full.label }, { repository: testRepository(storage) }, CONTEXT);
  const run = (label?: string, on: Storage = storage, changes: Partial<Repository> = {}) =>
    rekey({ name: 'app', label }, { repository: forNew(on, changes) }, CONTEXT);
  return { storage, full, differential, run };
}

const found = async (storage: Storage) => (await survey({ name: 'app', fresh: true }, forNew(storage))).backups;

/** Every backup that is there can be read whole. */
async function requireWhole(storage: Storage): Promise<void> {
  const request = { name: 'app', target: { all: true }, level: 'stored' } as const;
  await verify(request, { repository: forNew(storage) }, CONTEXT);
  for (const { commit } of await found(storage)) await readSet(commit, forNew(storage));
}

const LABELS = ['full', 'differential'] as const;

test.each([...LABELS, undefined])('a set is rekeyed whole, whichever of it is asked for: %s', async (which) => {
  const { storage, run, ...set } = await filled();
  const { backups, recipients } = await run(which === undefined ? undefined : set[which].label);
  expect(recipients).toEqual([NEW]);
  expect(backups).toMatchObject(LABELS.map((one) => ({ label: set[one].label, removed: true })));
  const now = await found(storage);
  expect(now.map(({ label }) => label)).toEqual(backups.map(({ newLabel }) => newLabel));
  expect(now).toMatchObject([
    { parent: null, pinned: true, commit: { encryption: { recipients: [NEW] }, startedAt: set.full.startedAt } },
    { parent: now[0]?.label, commit: { finishedAt: set.differential.finishedAt } },
  ]);
  await requireWhole(storage);
  const labels = new Set(storage.keys().flatMap((key) => parseKey(key)?.label ?? []));
  expect([...labels].sort()).toEqual(now.map(({ label }) => label).sort());
  const [full] = now;
  expect(storage.keys().filter((key) => key.endsWith('index.bin'))).toEqual([
    full && dataKey(full.commit, 'index.bin'),
  ]);
  const again = await run();
  expect(again.backups).toMatchObject([{ newLabel: null }, { newLabel: null }]);
  expect((await found(storage)).map(({ label }) => label)).toEqual(now.map(({ label }) => label));
});

test('wherever it is cut off, every time can be restored, and the next run ends with the new ones alone', async () => {
  for (let after = 0, isCut = true; isCut; after += 1) {
    const { storage, run, full, differential } = await filled();
    let left = after;
    const call = <Value>(work: () => Promise<Value>): Promise<Value> => {
      if (left <= 0) return Promise.reject(new BackuperError('storage-failed', 'cut off'));
      left -= 1;
      return work();
    };
    const dying: Storage = {
      ...storage,
      put: (...words) => call(() => storage.put(...words)),
      remove: (...words) => call(() => storage.remove(...words)),
    };
    isCut = await run(undefined, dying).then(
      ({ backups }) => backups.some(({ removed }) => !removed),
      () => true,
    );
    const there = await found(storage);
    for (const { startedAt } of [full, differential]) {
      const ofTime = there.filter(({ commit, bad }) => commit.startedAt === startedAt && !bad);
      expect(ofTime.length, `after ${after}`).toBeGreaterThan(0);
    }
    expect(there.find(({ commit }) => commit.startedAt === full.startedAt && commit.type === 'full')).toBeDefined();
    expect(
      there.some(({ pinned }) => pinned),
      `after ${after}`,
    ).toBe(true);
    await requireWhole(storage);
    await run();
    const end = await found(storage);
    expect(
      end.map(({ commit }) => commit.encryption.recipients),
      `after ${after}`,
    ).toEqual([[NEW], [NEW]]);
    expect(end.map(({ pinned }) => pinned)).toEqual([true, false]);
    await requireWhole(storage);
  }
});

test('a differential that began on the former full meanwhile keeps that full', async () => {
  const { storage, run, full } = await filled();
  let begun = false;
  const busy: Storage = {
    ...storage,
    put: async (key, body, options) => {
      await storage.put(key, body, options);
      if (!key.includes('prune-begun') || begun) return;
      begun = true;
      await putBackup(storage, NOON - 1000, standingOn(full));
    },
  };
  const { backups } = await run(undefined, busy);
  expect(backups).toMatchObject([{ label: full.label, removed: false }, { removed: true }]);
  await requireWhole(storage);
});

test('a rekeyed full stays while a differential that cannot be read may stand on it', async () => {
  const { storage, run } = await filled();
  const [full, differential] = (await run()).backups.map(({ newLabel }) => String(newLabel));
  await writeRecord({ name: 'app', label: String(full), kind: 'unpin' }, forNew(storage), CONTEXT);
  const commit = commitKey({ name: 'app', label: String(differential) });
  await storage.remove([commit]);
  await storage.put(commit, Buffer.from('{'));
  await putBackup(storage, NOON - 1000);
  const request = { name: 'app', retention: { keepLast: 1, keepMinimum: 1 }, force: true, acceptNewServer: false };
  const { backups } = await prune({ ...request, dryRun: false }, { repository: forNew(storage) }, CONTEXT);
  const reasons = [`'${differential}' may stand on it and cannot be read`];
  expect(backups.at(-1)).toMatchObject({ label: full, action: 'keep', reasons });
});

test('what an earlier run seems to have made is believed only where its catalog can be read, or it is signed', async () => {
  const { storage, run, full } = await filled();
  const dying: Storage = { ...storage, remove: () => Promise.reject(new BackuperError('storage-failed', 'cut off')) };
  await run(undefined, dying).catch(() => undefined);
  expect(await found(storage)).toHaveLength(4);
  const made = (await found(storage)).filter(({ commit }) => commit.encryption.recipients[0] === NEW);
  const keys = made.map(({ commit }) => dataKey(commit, catalogName(true)));
  const catalogs = await Promise.all(keys.map(async (key) => String(await storage.get(key, { maxBytes: 65_536 }))));
  const closed = {
    ...CIPHER,
    decrypt: async (bytes: Uint8Array) => {
      if (catalogs.includes(String(Buffer.from(bytes)))) throw new BackuperError('key-wrong', 'for others');
      return PLAIN_CIPHER.decrypt(bytes);
    },
  };
  await run(full.label, storage, { cipher: closed });
  expect((await found(storage)).map(({ commit }) => commit.encryption.recipients)).toEqual(Array(4).fill([NEW]));
  await requireWhole(storage);
});

test('a signed backup needs the signing key, and what is made of it is signed', async () => {
  const { storage, run, full, differential } = await filled();
  for (const one of [full, differential]) {
    const bytes = await storage.get(commitKey(one), { maxBytes: 8192 });
    await storage.put(signatureKey(one), Buffer.from(signatureOf(bytes)));
  }
  await expect(run(full.label)).rejects.toMatchObject({ code: 'key-missing' });
  await expect(run(full.label, storage, { signer: SIGNER })).rejects.toMatchObject({ code: 'key-missing' });
  expect(await found(storage)).toHaveLength(2);
  await run(full.label, storage, { signer: SIGNER, trusted: SIGNER });
  const labels = (await found(storage)).map(({ label }) => label);
  expect(labels).not.toContain(full.label);
  for (const label of labels) {
    const signature = await storage.get(signatureKey({ name: 'app', label }), { maxBytes: 8192 });
    await SIGNER.check(await storage.get(commitKey({ name: 'app', label }), { maxBytes: 8192 }), String(signature));
  }
});

test('the former full stays where a later backup cannot be trusted: it may stand on it', async () => {
  const { storage, run, full } = await filled();
  const bytes = await storage.get(commitKey(full), { maxBytes: 8192 });
  await storage.put(signatureKey(full), Buffer.from(signatureOf(bytes)));
  const { backups } = await run(full.label, storage, { signer: SIGNER, trusted: SIGNER });
  expect(backups).toMatchObject([{ label: full.label, removed: false }]);
  expect((await found(storage)).map(({ label }) => label)).toContain(full.label);
});

test('nothing is removed where a new backup is gone by then', async () => {
  const { storage, run } = await filled();
  const before = (await found(storage)).map(({ label }) => label);
  const losing: Storage = {
    ...storage,
    async *list(prefix, options) {
      const made =
        prefix === commitPrefix('app') ? (await found(storage)).filter(({ label }) => !before.includes(label)) : [];
      if (made.length === before.length) await storage.remove(made.slice(1).map(({ commit }) => commitKey(commit)));
      yield* storage.list(prefix, options);
    },
  };
  await expect(run(undefined, losing)).rejects.toMatchObject({ code: 'verification-failed' });
  expect((await found(storage)).map(({ label }) => label)).toEqual(expect.arrayContaining(before));
});

test('a damaged set stays as it is, and is refused once that is known', async () => {
  const { storage, run, differential } = await filled();
  const segment = storage.keys().find((key) => key.includes(`${differential.label}/segment-00000001`)) ?? '';
  await storage.remove([segment]);
  await expect(run()).rejects.toMatchObject({ code: 'object-missing' });
  expect(await found(storage)).toHaveLength(3); // the full is committed anew, and the former one stays with its differential
  const request = { name: 'app', target: { label: differential.label }, level: 'stored' } as const;
  await expect(verify(request, { repository: forNew(storage) }, CONTEXT)).rejects.toThrow();
  const before = storage.keys();
  await expect(run(differential.label)).rejects.toMatchObject({ code: 'verification-failed' });
  expect(storage.keys()).toEqual(before);
});

test('a set that cannot be rekeyed does not stop the others, and the error names it', async () => {
  const { storage, run, full, differential } = await filled();
  const other = await putBackup(storage, NOON - 1000);
  const segment = storage.keys().find((key) => key.includes(`${full.label}/segment-00000001`)) ?? '';
  await storage.remove([segment]);
  const error = await run().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: 'rekey-incomplete',
    message: `2 backups of 'app' could not be rekeyed (${full.label}, ${differential.label})`,
    result: { backups: [{ label: other.label, removed: true }] },
  });
});

test('a backup that is not encrypted is refused', async () => {
  const storage = createMemoryStorage();
  const { label } = await putCommit(storage, NOON, {
    encryption: { profile: 'none', recipients: [], passphrase: false },
  });
  const refused = rekey({ name: 'app', label }, { repository: forNew(storage) }, CONTEXT);
  await expect(refused).rejects.toMatchObject({ code: 'configuration-invalid' });
});

test('names and labels that are not there are said', async () => {
  const { run } = await filled();
  await expect(run(labelAt(NOON))).rejects.toMatchObject({ code: 'label-unknown' });
  const empty = rekey({ name: 'app', label: undefined }, { repository: forNew(createMemoryStorage()) }, CONTEXT);
  await expect(empty).rejects.toMatchObject({ code: 'backup-none' });
});
