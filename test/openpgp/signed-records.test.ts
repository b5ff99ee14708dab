import { type Context, say } from '@postgres-backuper/base';
import { list, pin, prune, unpin } from '@postgres-backuper/core';
import { commitKey, createRecordKey, type RecordKind, signatureKey } from '@postgres-backuper/format';
import { createSigner, generateKeyPair } from '@postgres-backuper/openpgp';
import { type Repository, type Signer, writeRecord } from '@postgres-backuper/repository';
import { createMemoryStorage } from '@postgres-backuper/testing';
import {
  DAY,
  HOUR,
  labelAt,
  NOON,
  putBackup,
  quietContext,
  testClock,
  testRepository,
} from '@postgres-backuper/testing/repository-data';
import { beforeAll, beforeEach, expect, test } from 'vitest';

const AGES = [0, 1, 2, 3, 40];
const OLD = labelAt(NOON - 40 * DAY);
const NEWEST = labelAt(NOON);
const retention = { keepDays: 30, keepMinimum: 3 };

let signer: Signer;
let stranger: Signer;
let clock: ReturnType<typeof testClock>;
let storage: ReturnType<typeof createMemoryStorage>;
let context: Context;
let repository: Repository;

const newSigner = async (): Promise<Signer> => {
  const { privateKey } = await generateKeyPair({ passphrase: 'x', now: NOON - 100 * DAY });
  return createSigner({ signingKey: privateKey, passphrase: 'x', now: NOON });
};

beforeAll(async () => {
  [signer, stranger] = [await newSigner(), await newSigner()];
});

/** Five backups that the signer signed. */
beforeEach(async () => {
  clock = testClock();
  storage = createMemoryStorage(clock.now);
  context = quietContext(clock);
  for (const age of AGES.toReversed()) {
    clock.set(NOON - age * DAY);
    const commit = await putBackup(storage, NOON - age * DAY);
    const bytes = await storage.get(commitKey(commit), { maxBytes: 8192 });
    await storage.put(signatureKey(commit), Buffer.from(await signer.sign(bytes)));
  }
  clock.set(NOON + HOUR);
  repository = testRepository(storage, { trusted: signer, signer });
});

const record = (label: string, kind: RecordKind, by?: Signer) =>
  writeRecord({ name: 'app', label, kind }, by === undefined ? { storage } : { storage, signer: by }, context);
const listed = async (label: string) => {
  const { backups } = await list({ name: 'app', retention }, { repository }, context);
  return backups.find((backup) => backup.label === label);
};
const rotate = (changes = {}) =>
  prune(
    { name: 'app', retention, dryRun: false, force: true, acceptNewServer: false, ...changes },
    { repository },
    context,
  );

test('a verdict that is not signed by the trusted key condemns nothing', async () => {
  await record(NEWEST, 'verify-content-failed');
  await record(NEWEST, 'verify-content-failed', stranger);
  expect(await listed(NEWEST)).toMatchObject({ verification: { ok: true } });
  await record(NEWEST, 'verify-content-failed', signer);
  expect(await listed(NEWEST)).toMatchObject({ verification: { level: 'content', ok: false } });
});

test('a signed verdict is taken back by a signed one alone', async () => {
  await record(NEWEST, 'verify-content-failed', signer);
  clock.set(NOON + 2 * HOUR);
  await record(NEWEST, 'verify-content-ok');
  expect(await listed(NEWEST)).toMatchObject({ verification: { ok: false } });
  await record(NEWEST, 'verify-content-ok', signer);
  expect(await listed(NEWEST)).toMatchObject({ verification: { ok: true } });
});

test('a pin ends with a signed unpin alone', async () => {
  await pin({ name: 'app', label: OLD }, { repository }, context);
  clock.set(NOON + 2 * HOUR);
  await record(OLD, 'unpin');
  await record(OLD, 'unpin', stranger);
  expect((await rotate()).deleted).toEqual([]);
  await unpin({ name: 'app', label: OLD }, { repository }, context);
  expect((await rotate()).deleted).toEqual([OLD]);
});

test('an unpin that was signed before the pin says nothing, wherever it is copied to', async () => {
  await record(OLD, 'unpin', signer);
  const [key = ''] = storage.keys().filter((one) => one.endsWith('-unpin.json'));
  const body = await storage.get(key, { maxBytes: 65_536 });
  clock.set(NOON + 2 * HOUR);
  await pin({ name: 'app', label: OLD }, { repository }, context);
  clock.set(NOON + 3 * HOUR);
  for (const now of [NOON + HOUR, clock.now()])
    await storage.put(createRecordKey({ name: 'app', label: OLD }, { kind: 'unpin', now }), body);
  expect(await listed(OLD)).toMatchObject({ pinned: true });
  await pin({ name: 'app', label: NEWEST }, { repository }, context);
  await storage.put(createRecordKey({ name: 'app', label: NEWEST }, { kind: 'unpin', now: clock.now() + HOUR }), body);
  expect(await listed(NEWEST)).toMatchObject({ pinned: true });
});

test('what counts only when it is signed is refused without a signing key', async () => {
  await pin({ name: 'app', label: OLD }, { repository: testRepository(storage, { trusted: signer }) }, context);
  expect(await listed(OLD)).toMatchObject({ pinned: true });
  const { signer: _, ...reading } = repository;
  const refused = { code: 'key-missing', hint: expect.stringContaining(say.option('signingKey')) };
  await expect(unpin({ name: 'app', label: OLD }, { repository: reading }, context)).rejects.toMatchObject(refused);
});

test('records that are no JSON, too large or strange are no words', async () => {
  for (const body of ['', '[]', 'null', '{"signature":7}', `{"signature":"${'x'.repeat(70_000)}"}`])
    await storage.put(
      createRecordKey({ name: 'app', label: OLD }, { kind: 'accept-new-server', now: clock.now() }),
      Buffer.from(body),
    );
  expect((await rotate()).deleted).toEqual([OLD]);
});
