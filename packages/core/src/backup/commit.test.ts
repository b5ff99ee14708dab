import { BackuperError, type Event, say } from '@postgres-backuper/base';
import { type Commit, commitKey, dataKey, segmentName, signatureKey, writeCommit } from '@postgres-backuper/format';
import {
  type Destination,
  deleteBackups,
  listBackups,
  type Signer,
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
  putCommit,
  quietContext,
  sampleCommit,
  standingOn,
  testClock,
  testRepository,
} from '@postgres-backuper/testing/repository-data';
import { expect, test } from 'vitest';
import { commitTo } from './commit.ts';
import { prepareRemoval } from './remove-failed.ts';

const COMMIT = sampleCommit();
const KEY = /\.json$/;
const SEGMENT = {
  key: segmentName(0, true),
  sizeBytes: 4,
  sha256: '88d4266fd4e6338d13b845fcf289579d209c897823b9217da3e161936f031589',
};
const BUSY = new BackuperError('storage-unavailable', 'the server is busy');
const DENIED = new BackuperError('storage-denied', 'no');
const SIGNER: Signer = { fingerprint: 'F'.repeat(40), sign: async () => 'signed', check: async () => undefined };

/** A faulty storage with the only segment of a backup, and what commits the backup there. */
async function prepared({ signer }: { signer?: Signer } = {}) {
  const memory = createMemoryStorage(() => NOON);
  await memory.put(dataKey(COMMIT, SEGMENT.key), Buffer.from('abcd'));
  await memory.put(dataKey({ ...COMMIT, label: 'backup_20260315_120000_ffffff' }, SEGMENT.key), Buffer.from('other'));
  const storage = faulty(memory);
  const destination: Destination = { storage, failure: undefined, isUsed: true, commitState: 'none' };
  const events: Event[] = [];
  const cancel = new AbortController();
  const context = { ...quietContext(testClock(), cancel.signal), emit: (event: Event) => void events.push(event) };
  const repository = testRepository(storage, signer === undefined ? {} : { signer });
  const commit = () => commitTo({ commit: COMMIT, objects: [SEGMENT] }, { repository, destination }, context);
  return { memory, storage, destination, context, events, cancel, commit };
}

async function isCommitted(storage: Storage): Promise<boolean> {
  return (await listBackups({ name: 'app' }, testRepository(storage))).backups.length === 1;
}

const keysOf = ({ keys }: ReturnType<typeof createMemoryStorage>) => keys().filter((key) => key.includes(COMMIT.label));

test('a commit and its signature are looked for after they were stored', async () => {
  const { memory, destination, commit } = await prepared({ signer: SIGNER });
  expect(await commit()).toEqual([]);
  expect(destination).toMatchObject({ failure: undefined, commitState: 'stored' });
  expect(keysOf(memory).slice(0, 2)).toEqual([commitKey(COMMIT), signatureKey(COMMIT)]);
});

test.each([
  ['commit', KEY],
  ['signature', /\.sig$/],
])('a server that takes the %s and stores nothing has no backup', async (_, key) => {
  const { memory, storage, destination, commit } = await prepared({ signer: SIGNER });
  storage.addFault('put').on(key).swallow();
  await commit();
  expect(destination.failure).toMatchObject({
    code: 'object-missing',
    message: expect.stringContaining('is not there'),
  });
  expect(await isCommitted(memory)).toBe(false);
});

test('a gateway that shows the commit a moment later is waited for', async () => {
  const { storage, destination, commit } = await prepared();
  const missing = new BackuperError('object-missing', 'not yet');
  storage.addFault('get').on(KEY).error(missing).repeat(2);
  expect(await commit()).toEqual([]);
  expect(destination.commitState).toBe('stored');
});

test('a server that stores another commit than it got has no backup', async () => {
  const { storage, destination, commit } = await prepared();
  storage
    .addFault('get')
    .on(KEY)
    .alter((body) => body.map((byte, index) => (index === 9 ? byte ^ 1 : byte)));
  await commit();
  expect(destination.failure).toMatchObject({ code: 'object-altered', exitStatus: 3 });
});

test.each([
  ['temporary', BUSY],
  ['lasting', new BackuperError('storage-failed', 'EIO: i/o error, fsync')],
])(
  'after a %s error the backup is good where the commit is there after all, and a warning says so',
  async (_, error) => {
    const { memory, storage, destination, commit } = await prepared();
    storage.addFault('put').on(KEY).error(error).afterSuccess();
    expect(await commit()).toEqual([
      expect.stringMatching(`is there, though .* ended with an error: ${error.message}`),
    ]);
    expect(destination).toMatchObject({ failure: undefined, commitState: 'stored' });
    expect(await isCommitted(memory)).toBe(true);
  },
);

test('where the commit is not there the error is that of storing it', async () => {
  const { storage, destination, commit } = await prepared();
  storage.addFault('put').on(KEY).error(BUSY);
  await commit();
  expect(destination).toMatchObject({ failure: BUSY, commitState: 'sent' });
});

test('where nobody can tell whether the commit is there, the run ends with 75 and says so', async () => {
  const { storage, destination, commit } = await prepared();
  storage.addFault('put').on(KEY).error(BUSY).afterSuccess();
  storage.addFault('get').on(KEY).error(BUSY);
  await commit();
  const text = /it is unknown whether .* the server is busy/;
  expect(destination.failure).toMatchObject({
    code: 'commit-unknown',
    exitStatus: 75,
    message: expect.stringMatching(text),
  });
  expect(destination.failure?.hint).toContain(say.command('list'));
});

test('a role that may not read is believed what the listing shows, with a warning', async () => {
  const { storage, destination, commit } = await prepared();
  storage.addFault('get').error(DENIED).repeat(9);
  expect(await commit()).toEqual([
    expect.stringContaining('no object could be read back'),
    expect.stringContaining('not read back'),
  ]);
  expect(destination.commitState).toBe('stored');
  const lying = await prepared();
  lying.storage.addFault('get').error(DENIED).repeat(9);
  lying.storage.addFault('put').on(KEY).swallow();
  await lying.commit();
  expect(lying.destination.failure).toMatchObject({ code: 'object-missing' });
});

/** A prune that found no commit removes the segment just before the commit is there. */
function pruneBesides(memory: Storage, storage: ReturnType<typeof faulty>): void {
  const { put } = storage;
  storage.put = async (key, body, options) => {
    if (KEY.test(key) && key.includes('/backups/')) await memory.remove([dataKey(COMMIT, SEGMENT.key)]);
    return put(key, body, options);
  };
}

test('a backup that lost an object while it was committed takes its commit back and ends with 75', async () => {
  const { memory, storage, destination, commit } = await prepared({ signer: SIGNER });
  pruneBesides(memory, storage);
  await commit();
  expect(destination).toMatchObject({ failure: { code: 'objects-removed', exitStatus: 75 }, commitState: 'none' });
  expect(keysOf(memory)).toEqual([]);
});

test('where such a commit cannot be removed the backup is recorded as bad and ends with 3', async () => {
  const { memory, storage, destination, commit } = await prepared();
  pruneBesides(memory, storage);
  storage.addFault('remove').error(DENIED).repeat(9);
  await commit();
  expect(destination.failure).toMatchObject({ code: 'object-missing', exitStatus: 3 });
  expect(keysOf(memory).filter((key) => key.endsWith('-verify-stored-failed.json'))).toHaveLength(1);
});

/** A differential of a whole full, and what commits it. `meanwhile`: what happens when the commit is stored. */
async function preparedDifferential(meanwhile: (memory: Storage, full: Commit) => Promise<unknown>) {
  const memory = createMemoryStorage(() => NOON);
  const full = await putBackup(memory, NOON - DAY, { index: true });
  const commit = { ...COMMIT, ...standingOn(full) };
  await memory.put(dataKey(COMMIT, SEGMENT.key), Buffer.from('abcd'));
  const storage: Storage = {
    ...memory,
    async put(key, ...rest) {
      await memory.put(key, ...rest);
      if (key === commitKey(COMMIT)) await meanwhile(memory, full);
    },
  };
  const destination: Destination = { storage, failure: undefined, isUsed: true, commitState: 'none' };
  const warnings = await commitTo(
    { commit, objects: [SEGMENT] },
    { repository: testRepository(storage), destination },
    quietContext(testClock()),
  );
  return { destination, warnings, label: full.label, isThere: memory.keys().includes(commitKey(COMMIT)) };
}

test('a differential is committed on a full that is there', async () => {
  const { destination, isThere } = await preparedDifferential(async () => undefined);
  expect([destination.failure, isThere]).toEqual([undefined, true]);
});

test.each<[string, (memory: Storage, full: Commit) => Promise<unknown>, string]>([
  ['is deleted', (memory, full) => deleteBackups([full], { storage: memory }), 'is missing'],
  ['loses an object', (memory, full) => memory.remove([dataKey(full, segmentName(1, true))]), 'is missing'],
  [
    'is replaced',
    async (memory, full) => {
      await memory.remove([commitKey(full)]);
      await memory.put(commitKey(full), writeCommit({ ...full, objects: COMMIT.objects }));
    },
    'is not the one',
  ],
  [
    'is about to be deleted',
    (memory, full) => writeRecord({ ...full, kind: 'prune-begun' }, { storage: memory }, quietContext(testClock())),
    'is being deleted',
  ],
])('a differential whose full %s meanwhile takes its commit back and ends with 75', async (_, meanwhile, text) => {
  const { destination, label, isThere } = await preparedDifferential(meanwhile);
  expect(destination).toMatchObject({ failure: { code: 'objects-removed', exitStatus: 75 }, commitState: 'none' });
  expect(destination.failure?.message).toMatch(new RegExp(`${label}.*${text}`));
  expect(isThere).toBe(false);
});

test('a storage that cannot be asked again after the commit is a warning', async () => {
  const { storage, destination, commit } = await prepared();
  storage.addFault('list'); // the first look is well
  storage.addFault('list').error(BUSY);
  expect(await commit()).toEqual([expect.stringContaining('could not be looked for again')]);
  expect(destination.commitState).toBe('stored');
});

test('a run that failed leaves a record and nothing else of its own, and nothing of others is touched', async () => {
  const { memory, destination, context } = await prepared({ signer: SIGNER });
  await memory.put(signatureKey(COMMIT), Buffer.from('x'));
  await prepareRemoval(COMMIT, context)([destination], new BackuperError('dump-failed', 'no'));
  expect(keysOf(memory)).toEqual([expect.stringMatching(/^app\/records\/.*-backup-failed\.json$/)]);
  expect(memory.keys()).toHaveLength(2);
});

test('a run whose commit is there, or may still come, removes nothing', async () => {
  for (const commitState of ['sent', 'stored'] as const) {
    const { memory, destination, context } = await prepared();
    await prepareRemoval(COMMIT, context)([{ ...destination, commitState }], BUSY);
    expect(keysOf(memory)).toHaveLength(1);
  }
  const { memory, destination, context } = await prepared();
  await memory.put(commitKey(COMMIT), writeCommit(COMMIT));
  await prepareRemoval(COMMIT, context)([destination], BUSY);
  expect(await isCommitted(memory)).toBe(true);
  expect(keysOf(memory)).toContain(dataKey(COMMIT, SEGMENT.key));
});

test('a cancelled run has until 4.5 s after the cancel for it', async () => {
  const { memory, destination, context, events, cancel } = await prepared();
  const remove = prepareRemoval(COMMIT, context);
  cancel.abort(new BackuperError('cancelled', 'cancelled'));
  await context.clock.sleep(4600);
  await remove([destination], cancel.signal.reason);
  expect(keysOf(memory)).toEqual([dataKey(COMMIT, SEGMENT.key)]);
  expect(events).toMatchObject([{ type: 'notice', text: expect.stringContaining('there was no time') }]);
});

test('a cancel after the commit says that there is a backup', async () => {
  const { destination, context, events, commit } = await prepared();
  await commit();
  await prepareRemoval(COMMIT, context)([destination], new BackuperError('cancelled', 'cancelled'));
  expect(events.at(-1)).toMatchObject({ type: 'notice', text: expect.stringContaining('came after its commit') });
});

test('a role that may delete and not read takes the commit of a backup back that lost an object', async () => {
  const { memory, storage, destination, commit } = await prepared();
  pruneBesides(memory, storage);
  storage.addFault('get').error(DENIED).repeat(9);
  await commit();
  expect(destination).toMatchObject({ failure: { code: 'objects-removed' }, commitState: 'none' });
});

test('a cancel while the commit is under way is told: it may be there', async () => {
  const { memory, storage, destination, context, events, cancel, commit } = await prepared();
  const reason = new BackuperError('cancelled', 'cancelled');
  const { put } = storage;
  storage.put = async (...args) => {
    await put(...args);
    cancel.abort(reason);
    throw reason;
  };
  await expect(commit()).rejects.toBe(reason);
  expect(destination.commitState).toBe('sent');
  await prepareRemoval(COMMIT, context)([destination], reason);
  expect(events.at(-1)).toMatchObject({ type: 'warning', text: expect.stringContaining('may be in') });
  expect(keysOf(memory)).toHaveLength(2);
});

test('the first backup of another server under the same name says so, with both servers and sizes', async () => {
  const { memory, commit, events } = await prepared();
  const small = { ...COMMIT.totals, rawBytes: 1_200_000_000 };
  const database = { ...COMMIT.database, systemIdentifier: '7480099999999999999', host: 'old.example' };
  const before = await putCommit(memory, NOON - DAY, { totals: small, database });
  await putCommit(memory, NOON + DAY, { totals: small, database }); // of a wrong clock: not before this one
  await memory.put(commitKey({ name: 'app', label: labelAt(NOON - HOUR) }), Buffer.from('damaged'));
  const text = `'${COMMIT.label}' is of database 'app' on 'db.example' (system 7480012345678901234), and the newest backup of 'app' before it, '${before.label}', of database 'app' on 'old.example' (system 7480099999999999999): 1000 B of data instead of 1.1 GiB`;
  expect(await commit()).toEqual([text]);
  expect(events).toContainEqual({ type: 'warning', text, hint: expect.stringContaining('another name') });
});

test('another address of the same server is no warning', async () => {
  const { memory, commit } = await prepared();
  await putCommit(memory, NOON - DAY, { database: { ...COMMIT.database, host: 'alias.example' } });
  expect(await commit()).toEqual([]);
});

test('a repository that must not be read has no former server to name', async () => {
  const { memory, storage, commit } = await prepared();
  await putCommit(memory, NOON - DAY, { database: { ...COMMIT.database, systemIdentifier: '1' } });
  storage
    .addFault('get')
    .on(new RegExp(labelAt(NOON - DAY)))
    .error(DENIED);
  expect(await commit()).toEqual([]);
});
