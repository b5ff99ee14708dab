import { BackuperError } from '@postgres-backuper/base';
import {
  type Commit,
  commitKey,
  createRecordKey,
  dataKey,
  deriveChunkKeys,
  INDEX_NAME,
  segmentName,
  signatureKey,
  writeCommit,
  writeIndex,
} from '@postgres-backuper/format';
import { type CachedObject, caching, type Repository, setOf } from '@postgres-backuper/repository';
import { faulty } from '@postgres-backuper/testing';
import { createMemoryStorage } from '@postgres-backuper/testing/memory-storage';
import {
  DAY,
  HOUR,
  labelAt,
  NOON,
  PLAIN_CIPHER,
  putBackup,
  putCommit,
  quietContext,
  SIGNER,
  sampleCommit,
  signatureOf,
  standingOn,
  testClock,
  testRepository,
} from '@postgres-backuper/testing/repository-data';
import { expect, test } from 'vitest';
import { chooseSet, type SetRequest } from './choose-set.ts';
import { settingsOf } from './set-settings.ts';

const KEYS = deriveChunkKeys(Buffer.alloc(32, 7));
const SELECTION = { schemas: [], excludeSchemas: [], tables: [], excludeTables: [], excludeTableData: [] };
const SETTINGS = settingsOf({ selection: SELECTION, largeObjects: true, cipher: PLAIN_CIPHER });
const FULL = labelAt(NOON - 2 * DAY);
const REQUEST: SetRequest = { keys: KEYS, fullEveryMs: 7 * DAY, incremental: true };
const { database: identity, serverVersion, encryption } = sampleCommit();
const MADE = { name: 'app', startedAt: NOON, identity, serverVersion, encryption, settings: SETTINGS, rawBytes: 1000 };

const withIndex = (keys = KEYS, settings = SETTINGS) => ({
  index: (id: { name: string; label: string }, objects: Parameters<typeof setOf>[1]) =>
    writeIndex([], { chunkBytes: 1024, settings }, { key: keys.index, set: setOf(id, objects) }) as Buffer,
});

/** A repository with a full of two days ago, in which a differential could be made now. */
async function place(changes: Partial<Repository> = {}) {
  const clock = testClock(NOON - 2 * DAY);
  const storage = faulty(createMemoryStorage(clock.now));
  const full = await putBackup(storage, NOON - 2 * DAY, withIndex());
  clock.set(NOON);
  return { clock, storage, full, repository: testRepository(storage, changes) };
}

type Place = Awaited<ReturnType<typeof place>>;

async function copyOf({ clock, storage: from, full }: Place, changes: Partial<Repository> = {}): Promise<Place> {
  const storage = faulty(createMemoryStorage(() => NOON - 2 * DAY));
  for await (const { key } of from.list('')) await storage.put(key, await from.get(key, { maxBytes: 1e6 }));
  return { clock, storage, full, repository: testRepository(storage, changes) };
}

async function roleIn(
  places: readonly Place[],
  { request = {}, made = {} }: { request?: Partial<SetRequest>; made?: Partial<typeof MADE> } = {},
) {
  const services = { destinations: places.map(({ repository }) => repository), context: quietContext(testClock()) };
  const role = await chooseSet({ ...REQUEST, ...request }, { ...MADE, ...made }, services);
  return role.type === 'full' ? role.why : `on ${role.parent.label}`;
}

const sign = async ({ storage, full }: Place) =>
  storage.put(signatureKey(full), Buffer.from(signatureOf(writeCommit(full))));
const replace = async ({ storage }: Place, key: string, bytes: Uint8Array) => {
  await storage.remove([key]);
  await storage.put(key, bytes);
};
const recordOf = (kind: 'verify-content-failed' | 'prune-begun') => (made: Place) =>
  made.storage.put(createRecordKey(made.full, { kind, now: NOON - HOUR }), Buffer.from('{}'));
const temporary = new BackuperError('storage-unavailable', 'the storage is busy');

test('a full that is whole takes a differential', async () => {
  expect(await roleIn([await place()])).toBe(`on ${FULL}`);
});

test.each<[string, (made: Place) => unknown, string]>([
  ['there is no full', ({ storage, full }) => storage.remove([commitKey(full)]), 'there is no full yet'],
  ['it failed a verification', recordOf('verify-content-failed'), `found '${FULL}' damaged`],
  ['a prune is deleting it', recordOf('prune-begun'), `'${FULL}' is being deleted`],
  ['its commit is damaged', (made) => replace(made, commitKey(made.full), Buffer.from('x')), 'is not valid'],
  ['it has no index', (made) => newFull(made, {}), 'has no index'],
  [
    'its index is of another secret',
    (made) => newFull(made, withIndex(deriveChunkKeys(Buffer.alloc(32, 8)))),
    'cannot be read: it was altered or cut, or is of another set or secret',
  ],
  ['its selection is another', (made) => newFull(made, withIndex(KEYS, '6'.repeat(64))), 'has another selection'],
  ['it is of another database', (made) => newFull(made, { database: { ...identity, oid: '1' } }), 'another database'],
  ['it is of another version', (made) => newFull(made, { serverVersion: '12.1' }), 'another version of the server'],
  [
    'it is for other keys',
    (made) => newFull(made, { encryption: { ...encryption, recipients: ['B'.repeat(40)] } }),
    'is for other keys',
  ],
  [
    'it is imported',
    async (made) => {
      await made.storage.remove([commitKey(made.full)]);
      await newFull(made, { imported: true });
    },
    'there is no full yet',
  ],
  ['an object is missing', ({ storage, full }) => storage.remove([dataKey(full, segmentName(1, true))]), 'is missing'],
  [
    'an object is cut',
    (made) => replace(made, dataKey(made.full, segmentName(0, true)), Buffer.from('x')),
    'has 1 bytes',
  ],
  ['its index is missing', ({ storage, full }) => storage.remove([dataKey(full, INDEX_NAME)]), 'is missing'],
  ['its list is missing', ({ storage, full }) => storage.remove([dataKey(full, 'objects.json.zst')]), 'is missing'],
  ['it is signed, and this run signs nothing', sign, `'${FULL}' is signed, and this backup is not`],
])('a full follows where %s', async (_, change, why) => {
  const made = await place();
  await change(made);
  expect(await roleIn([made])).toContain(why);
});

function newFull({ storage }: Place, changes: Parameters<typeof putBackup>[2]): Promise<Commit> {
  return putBackup(storage, NOON - DAY, changes);
}

test.each<[string, Partial<SetRequest>, string]>([
  ['it is old enough', { fullEveryMs: 2 * DAY }, 'is 2 d 0 h old'],
  ['it is older than LAST_FULL_BACKUP', { fullSince: NOON - DAY }, 'is older than'],
  ['another reason is given', { whyFull: 'a reason' }, 'a reason'],
  ['no differential is asked for', { incremental: false }, 'no other is asked for'],
])('a full follows where %s', async (_, request, why) => {
  expect(await roleIn([await place()], { request })).toContain(why);
});

test('a full that began at the time of LAST_FULL_BACKUP takes a differential', async () => {
  expect(await roleIn([await place()], { request: { fullSince: NOON - 2 * DAY } })).toBe(`on ${FULL}`);
});

test('a full that began later takes none', async () => {
  expect(await roleIn([await place()], { made: { startedAt: NOON - 3 * DAY } })).toContain('began later');
});

test.each(['signer', 'trusted'] as const)('with a %s only a full that it signed takes a differential', async (who) => {
  const made = await place({ [who]: SIGNER });
  expect(await roleIn([made])).toContain('is not signed');
  await sign(made);
  expect(await roleIn([made])).toBe(`on ${FULL}`);
  await replace(made, signatureKey(made.full), Buffer.from('of another one'));
  expect(await roleIn([made])).toContain('not signed');
});

test('a commit that cannot be trusted and is newer than the full makes one full, after which all is well', async () => {
  const made = await place();
  await made.storage.put(commitKey({ name: 'app', label: labelAt(NOON - DAY) }), Buffer.from('x'));
  expect(await roleIn([made])).toContain(labelAt(NOON - DAY));
  await putBackup(made.storage, NOON - HOUR, withIndex());
  expect(await roleIn([made])).toBe(`on ${labelAt(NOON - HOUR)}`);
  made.clock.set(NOON - DAY);
  await made.storage.put(commitKey({ name: 'app', label: labelAt(NOON + 9 * DAY) }), Buffer.from('x'));
  expect(await roleIn([made])).toBe(`on ${labelAt(NOON - HOUR)}`);
});

test('a full follows where the newest differential lost its own, though an older full is there', async () => {
  const made = await place();
  const newer = await putBackup(made.storage, NOON - DAY, withIndex());
  await putCommit(made.storage, NOON - HOUR, standingOn(newer));
  await made.storage.remove([commitKey(newer)]);
  expect(await roleIn([made])).toContain(`its full '${newer.label}' is missing`);
});

test.each([
  ['the listing', 'list', /\/backups\//],
  ['the commit', 'get', /backups/],
  ['the list of objects', 'get', /objects/],
  ['the listing of objects', 'list', /\/data\//],
  ['the index', 'get', /index/],
] as const)('a storage that fails once for %s gets a full', async (_, method, key) => {
  const made = await place();
  made.storage.addFault(method).on(key).error(temporary);
  expect(await roleIn([made])).toBe('the last full cannot be used: the storage is busy');
  expect(await roleIn([made])).toBe(`on ${FULL}`);
});

test('an aborted run chooses nothing', async () => {
  const made = await place();
  const context = quietContext(testClock(), AbortSignal.abort(new BackuperError('cancelled', 'cancelled')));
  await expect(chooseSet(REQUEST, MADE, { destinations: [made.repository], context })).rejects.toThrow('cancelled');
});

test.each<[string, (other: Place) => unknown, string | undefined]>([
  ['has it', () => undefined, undefined],
  ['has no such full', ({ storage, full }) => storage.remove([commitKey(full)]), `memory: there is no '${FULL}'`],
  ['lost an object', ({ storage, full }) => storage.remove([dataKey(full, segmentName(1, true))]), 'is missing'],
  [
    'found it damaged',
    recordOf('verify-content-failed'),
    `memory: a verification or a restore found '${FULL}' damaged`,
  ],
  ['is deleting it', recordOf('prune-begun'), `memory: '${FULL}' is being deleted`],
  ['fails', ({ storage }) => storage.addFault('list').error(temporary), 'the storage is busy'],
])(
  'two destinations stand on the same full; where the other one %s, both get what is certain',
  async (_, change, why) => {
    const first = await place();
    const other = await copyOf(first);
    await change(other);
    expect(await roleIn([first, other])).toContain(why ?? `on ${FULL}`);
  },
);

test('a commit that a cache still has is no proof that the full is there', async () => {
  const made = await place();
  const cached = new Map<string, CachedObject>();
  const cache = { load: async () => cached, save: async () => undefined };
  const repository = { ...made.repository, storage: caching(made.storage, cache) };
  expect(await roleIn([{ ...made, repository }])).toBe(`on ${FULL}`);
  made.storage
    .addFault('get')
    .on(/backups/)
    .alter(() => Buffer.from('x'));
  expect(await roleIn([{ ...made, repository }])).toContain('is not valid');
});

test('each destination asks for the signature that it gets itself', async () => {
  const first = await place({ signer: SIGNER });
  const [unsigned, signed] = [await copyOf(first), await copyOf(first, { signer: SIGNER })];
  await sign(first);
  expect(await roleIn([first, unsigned])).toBe(`on ${FULL}`);
  expect(await roleIn([first, signed])).toContain('is not signed');
  await sign(signed);
  expect(await roleIn([unsigned, signed])).toBe(`on ${FULL}`);
  await sign(unsigned);
  expect(await roleIn([signed, unsigned])).toContain(`memory: '${FULL}' is signed`);
});

test('the order of patterns makes no other selection, another pattern or profile does', () => {
  const of = (tables: string[], readers = '', largeObjects = true) =>
    settingsOf({ selection: { ...SELECTION, tables }, largeObjects, cipher: { readers } });
  expect(of(['a', 'b'])).toBe(of(['b', 'a']));
  expect(new Set([of([]), of(['a']), of(['a', 'b']), of([], 'rfc9580'), of([], '', false)]).size).toBe(5);
});
