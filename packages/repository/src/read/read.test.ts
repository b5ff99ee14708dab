import { type Commit, dataKey, factsOf, OBJECTS_NAME, type Totals, totalsOf } from '@postgres-backuper/format';
import { expect, test } from 'vitest';
import { createMemoryStorage } from '../../../testing/src/memory-storage.ts';
import {
  DAY,
  NOON,
  putBackup,
  sampleCatalog,
  sampleCommit,
  standingOn,
  testRepository,
} from '../../../testing/src/repository.test-data.ts';
import type { Storage } from '../storage/storage.ts';
import { readDocuments, readSegmentPieces } from './read.ts';

async function readAll(commit: Commit, storage: Storage): Promise<string> {
  const repository = testRepository(storage);
  const { segments } = await readDocuments(commit, repository);
  let text = '';
  for (const entry of segments) {
    for (const { data } of await readSegmentPieces({ commit, entry }, repository)) text += data.toString();
  }
  return text;
}

async function replace(storage: Storage, key: string, body: Uint8Array): Promise<void> {
  await storage.remove([key]);
  await storage.put(key, body);
}

const MAX = { maxBytes: 1 << 20 };
const NAMES = ['segment-00000000.tar.zst.gpg', 'segment-00000001.tar.zst.gpg', 'catalog.json.zst.gpg', OBJECTS_NAME];

const { database: DATABASE } = sampleCommit();
/** Of the sample catalog. */
const TOTALS = totalsOf(sampleCatalog(), []);

function sizesOf({ totals: { segments, storedBytes } }: Commit): Partial<Totals> {
  return { segments, storedBytes };
}

test('a backup is read with its catalog and the pieces of every segment', async () => {
  const storage = createMemoryStorage();
  const commit = await putBackup(storage);
  const { catalog } = await readDocuments(commit, testRepository(storage));
  expect(catalog).toEqual(sampleCatalog({ label: commit.label, backup: factsOf(commit) }));
  expect(await readAll(commit, storage)).toBe('x'.repeat(30));
});

test.each(NAMES)('%s with one byte changed, missing, cut, longer or of another backup is named', async (name) => {
  const storage = createMemoryStorage();
  const commit = await putBackup(storage);
  const other = await putBackup(storage, NOON - DAY, { name: 'app' });
  const key = dataKey(commit, name);
  const good = await storage.get(key, MAX);
  const changed = Buffer.from(good);
  changed[5] = (changed[5] ?? 0) ^ 1;
  const foreign = await storage.get(dataKey(other, name), MAX);
  const bodies = [changed, good.subarray(1), Buffer.concat([good, Buffer.alloc(1)]), Buffer.alloc(0)];
  if (!Buffer.from(foreign).equals(Buffer.from(good))) bodies.push(foreign);
  for (const body of bodies) {
    await replace(storage, key, body);
    await expect(readAll(commit, storage)).rejects.toMatchObject({
      code: 'object-altered',
      message: expect.stringContaining(key),
    });
  }
  await storage.remove([key]);
  await expect(readAll(commit, storage)).rejects.toMatchObject({
    code: 'object-missing',
    message: expect.stringContaining(key),
  });
});

test.each([
  [{ segments: 3 }, '2 segments'],
  [{ storedBytes: 1 }, 'bytes, the commit 1'],
])('a commit that counts other objects than the list is an error: %j', async (totals, text) => {
  const storage = createMemoryStorage();
  const commit = await putBackup(storage);
  const lying = { ...commit, totals: { ...commit.totals, ...totals } };
  await expect(readAll(lying, storage)).rejects.toMatchObject({
    code: 'catalog-invalid',
    message: expect.stringContaining(text),
  });
});

test.each<[string, Partial<Commit>]>([
  ['totals.rows', { totals: { ...TOTALS, rows: Number.MAX_SAFE_INTEGER } }],
  ['totals.rawBytes', { totals: { ...TOTALS, rawBytes: 31 } }],
  ['totals.tables', { totals: { ...TOTALS, tables: 0 } }],
  ['startedAt', { startedAt: '2026-03-15T12:00:00.001Z' }],
  ['serverVersion', { serverVersion: '17.1' }],
  ['database.host', { database: { ...DATABASE, host: 'other.example' } }],
  ['database.systemIdentifier', { database: { ...DATABASE, systemIdentifier: null } }],
  ['encryption.recipients', { encryption: { profile: 'openpgp', recipients: [], passphrase: false } }],
  ['tool', { tool: 'another' }],
  ['warnings', { warnings: 1 }],
  ['exclusions', { exclusions: 1 }],
  ['critical.slices', { critical: ['slices'] }],
])('a commit whose %s is not that of catalog and list is an error that names the field', async (field, changes) => {
  const storage = createMemoryStorage();
  const commit = await putBackup(storage);
  const totals = { ...commit.totals, ...(changes.totals && { ...changes.totals, ...sizesOf(commit) }) };
  const lying = { ...commit, ...changes, totals };
  await expect(readAll(lying, storage)).rejects.toMatchObject({
    code: 'commit-invalid',
    message: expect.stringContaining(`field '${field}'`),
  });
});

const OTHER_PARENT = { sizeBytes: 300, sha256: '2'.repeat(64) };

test.each<[string, Partial<Commit>]>([
  ['parent', { parent: 'backup_20260313_120000_ab12cd' }],
  ['parentObjects.sizeBytes', { parentObjects: OTHER_PARENT }],
  ['type', { type: 'full', parent: null }],
])('a commit of a differential whose %s is not that of the catalog is an error', async (field, changes) => {
  const storage = createMemoryStorage();
  const full = await putBackup(storage, NOON - DAY);
  const commit = await putBackup(storage, NOON, standingOn(full));
  await expect(readDocuments({ ...commit, ...changes }, testRepository(storage))).rejects.toMatchObject({
    code: 'commit-invalid',
    message: expect.stringContaining(`field '${field}'`),
  });
});

test('a full may have an index beside its encrypted objects, a differential none', async () => {
  const storage = createMemoryStorage();
  const full = await putBackup(storage, NOON - DAY, { index: true });
  expect(await readAll(full, storage)).toBe('x'.repeat(30));
  const differential = await putBackup(storage, NOON, { index: true, ...standingOn(full) });
  await expect(readAll(differential, storage)).rejects.toMatchObject({
    code: 'object-altered',
    message: expect.stringContaining('index.bin'),
  });
});

test('a commit may not conceal what the catalog says of it', async () => {
  const storage = createMemoryStorage();
  const { imported: _, ...commit } = await putBackup(storage, NOON, { imported: true });
  await expect(readAll(commit, storage)).rejects.toMatchObject({ message: expect.stringContaining("'imported'") });
});

test('an encrypted backup needs a key, and a plain one may not hide in it', async () => {
  const storage = createMemoryStorage();
  const commit = await putBackup(storage);
  await expect(readDocuments(commit, testRepository(storage, { encryption: 'none' }))).rejects.toMatchObject({
    code: 'key-missing',
  });
  const plain = { ...commit, encryption: { profile: 'none' as const, recipients: [], passphrase: false } };
  await expect(readDocuments(plain, testRepository(storage))).rejects.toMatchObject({ code: 'object-altered' });
});
