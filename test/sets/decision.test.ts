import { randomBytes } from 'node:crypto';
import { BackuperError, type Event } from '@postgres-backuper/base';
import { verify } from '@postgres-backuper/core';
import { type BackupId, commitKey, dataKey, INDEX_NAME, OBJECTS_NAME, signatureKey } from '@postgres-backuper/format';
import { createSigner, generateKeyPair } from '@postgres-backuper/openpgp';
import { listBackups, type Repository } from '@postgres-backuper/repository';
import { faulty, type Postgres, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPlace, type Place } from '../restore/harness.ts';
import { forge } from './forge.ts';
import { createJobDatabase, DBNAME, type JobRequest, runJob } from './job.ts';
import { PLACES } from './places.ts';

const [, [, createSigned]] = PLACES as readonly [unknown, readonly [string, () => Promise<Place>]];
let server: Postgres;
let names = 0;

beforeAll(async () => {
  server = await startPostgres({ major: 18 });
  await createJobDatabase(server);
});
afterAll(() => server?.stop());

/** A name of its own with a full, and a job that makes the next backup there. `id`: of the newest full. */
async function begin(places: readonly Place[]) {
  names += 1;
  const name = `app${names}`;
  const run = (request: JobRequest = {}) =>
    runJob(server, places, { ...request, changes: { name, ...request.changes } });
  const { label } = await run();
  return { name, id: { name, label }, run };
}

type Begun = Awaited<ReturnType<typeof begin>>;

/** The next backup is a full with this reason. */
async function expectFull(made: Begun, why: RegExp | string, request: JobRequest = {}): Promise<string> {
  const next = await made.run(request);
  if (next.type === 'full') made.id = { ...made.id, label: next.label };
  expect(next).toMatchObject({ type: 'full', whyFull: expect.stringMatching(why) });
  expect(next.whyFull).not.toMatch(/\n/);
  return next.label;
}

/** The same, and that full takes the differentials from then on. */
async function expectOneFull(made: Begun, why: RegExp | string): Promise<void> {
  const parent = await expectFull(made, why);
  expect(await made.run()).toMatchObject({ type: 'differential', parent });
}

const segmentOf = (encryption: Repository['encryption']) =>
  `segment-00000001.tar.zst${encryption === 'none' ? '' : '.gpg'}`;

async function change(key: string, { storage }: Repository, how: (bytes: Uint8Array) => Uint8Array): Promise<void> {
  const bytes = await storage.get(key, { maxBytes: 1e8 });
  await storage.remove([key]);
  await storage.put(key, how(Buffer.from(bytes)));
}

const flipped = (bytes: Uint8Array) => bytes.with(60, (bytes[60] as number) ^ 1);

describe.each(PLACES)('in %s', (_, create) => {
  let place: Place;
  let repository: Repository;
  let made: Begun;
  beforeAll(async () => {
    place = await create();
    repository = place.repository;
    made = await begin([place]);
  });
  afterAll(() => place?.remove());

  const remove = (key: string) => repository.storage.remove([key]);
  const segmentKey = (id: BackupId) => dataKey(id, segmentOf(repository.encryption));

  test.each<[string, (id: BackupId) => Promise<unknown>, RegExp]>([
    ['a segment of it is gone', (id) => remove(segmentKey(id)), /segment-.* is missing$/],
    ['a segment is cut', (id) => change(segmentKey(id), repository, (all) => all.subarray(9)), /bytes instead of/],
    ['its index is gone', (id) => remove(dataKey(id, INDEX_NAME)), /index\.bin' is missing$/],
    [
      'its index is altered',
      (id) => change(dataKey(id, INDEX_NAME), repository, flipped),
      /index\.bin' has other bytes/,
    ],
    [
      'its index is cut',
      (id) => change(dataKey(id, INDEX_NAME), repository, (all) => all.subarray(9)),
      /bytes instead/,
    ],
    ['its list of objects is gone', (id) => remove(dataKey(id, OBJECTS_NAME)), /objects\.json/],
    ['its commit is altered', (id) => change(commitKey(id), repository, flipped), /backups\/.*damaged/],
  ])('a full follows where %s', async (__, damage, why) => {
    await damage(made.id);
    await expectFull(made, why);
  });

  test('a full follows where a rule of the bucket deleted all of its objects, but not its commit', async () => {
    const keys = [];
    for await (const { key } of repository.storage.list(dataKey(made.id, ''))) keys.push(key);
    await repository.storage.remove(keys);
    await expectOneFull(made, /objects\.json/);
  });

  test('a full follows where the commit of the full alone was deleted, with its differential or without', async () => {
    const alone = await begin([place]);
    await remove(commitKey(alone.id));
    await expectFull(alone, 'there is no full yet');
    const { label } = await alone.run();
    const { id } = alone;
    await remove(commitKey(id));
    await expectFull(alone, `'${label}' cannot be used: its full '${id.label}' is missing`);
  });

  test('a full follows on another secret, another selection, and with other large objects', async () => {
    await expectFull(made, 'of another set or secret', { secret: Buffer.alloc(32, 1) });
    await expectFull(made, 'of another set or secret');
    const selection = { schemas: [], excludeSchemas: [], tables: [], excludeTables: ['b'], excludeTableData: [] };
    await expectFull(made, 'has another selection of tables', { changes: { selection } });
    await expectFull(made, 'has another selection of tables', { changes: { selection, largeObjects: false } });
  });

  test('a storage that fails while it is asked gets a full', async () => {
    await made.run({ incremental: false });
    const failing = (storage: Repository['storage']) => {
      const wrapped = faulty(storage);
      wrapped
        .addFault('get')
        .on(/index\.bin/)
        .error(new BackuperError('storage-unavailable', 'the storage is busy'));
      return wrapped;
    };
    expect(await made.run({ through: [failing] })).toMatchObject({
      type: 'full',
      whyFull: 'the last full cannot be used: the storage is busy',
    });
  });
});

describe('whoever can write to the storage, but has no key', () => {
  let open: Place;
  let signed: Place;
  const begun = new Map<Place, Begun>();
  beforeAll(async () => {
    open = await createPlace();
    signed = await createSigned();
    for (const place of [open, signed]) begun.set(place, await begin([place]));
  });
  afterAll(async () => {
    await open?.remove();
    await signed?.remove();
  });

  test.each<[string, () => Place, (made: Begun) => Promise<unknown>, RegExp]>([
    [
      'gives a full an index of their own',
      () => open,
      ({ id }) => forge(id, open.repository, { [INDEX_NAME]: randomBytes(5000) }),
      /the index of .* is not an index/,
    ],
    [
      'gives it the index of another full',
      () => open,
      async ({ id, run }) => {
        const other = await run({ incremental: false });
        const index = await open.repository.storage.get(dataKey(id, INDEX_NAME), { maxBytes: 1e8 });
        return forge({ ...id, label: other.label }, open.repository, { [INDEX_NAME]: index });
      },
      /of another set or secret/,
    ],
    [
      'puts another segment into it, with a list and a commit that fit',
      () => open,
      ({ id }) => forge(id, open.repository, { [segmentOf('none')]: randomBytes(5000) }),
      /of another set or secret/,
    ],
    [
      'does the same where backups are signed',
      () => signed,
      ({ id }) => forge(id, signed.repository, { [segmentOf('openpgp')]: randomBytes(5000) }),
      /signature/,
    ],
    [
      'takes its signature away',
      () => signed,
      ({ id }) => signed.repository.storage.remove([signatureKey(id)]),
      /is not signed/,
    ],
    ['signs it with a key of their own', () => signed, ({ id }) => signByAnother(id, signed.repository), /signature/],
  ])('who %s, makes the next backup a full, and no more', async (_, where, act, why) => {
    const made = begun.get(where()) as Begun;
    await act(made);
    await expectOneFull(made, why);
  });

  test('a segment for another key, of the same size, is seen where the storage lists MD5, else by a verification', async () => {
    for (const place of [signed, open]) {
      const { repository } = place;
      const made = begun.get(place) as Begun;
      const key = dataKey(made.id, segmentOf(repository.encryption));
      await change(key, repository, (bytes) => randomBytes(bytes.length));
      if (place === signed) await expectOneFull(made, /segment-.* has other bytes/);
      else {
        expect(await made.run()).toMatchObject({ type: 'differential' });
        const request = { name: made.name, target: { latest: true }, level: 'content' } as const;
        await expect(verify(request, { repository }, place.context())).rejects.toMatchObject({
          code: 'verification-failed',
        });
        await expectOneFull(made, /a verification or a restore found .* damaged/);
      }
    }
  });
});

async function signByAnother(id: BackupId, { storage }: Repository): Promise<void> {
  const { privateKey } = await generateKeyPair({ passphrase: 'x', now: Date.now() });
  const other = await createSigner({ signingKey: privateKey, passphrase: 'x', now: Date.now() });
  const signature = await other.sign(await storage.get(commitKey(id), { maxBytes: 8192 }));
  await change(signatureKey(id), { storage } as Repository, () => Buffer.from(signature));
}

test('two destinations stand on the same full, or both get one', async () => {
  const second = await createSigned();
  const keys = (({ cipher, encryption, signer, trusted }) => ({ cipher, encryption, signer, trusted }))(
    second.repository,
  );
  const first = await createPlace(keys);
  try {
    const made = await begin([first, second]);
    expect(await made.run()).toMatchObject({ type: 'differential', parent: made.id.label });
    await second.repository.storage.remove([commitKey(made.id)]);
    await expectOneFull(made, `^${second.repository.storage.location}: there is no '${made.id.label}'$`);
    for (const { repository } of [first, second]) {
      const { backups } = await listBackups({ name: made.name }, repository);
      const types = backups.map(({ commit }) => commit.type[0]).join('');
      expect(types).toBe(repository === first.repository ? 'fdfd' : 'dfd');
    }
  } finally {
    await first.remove();
    await second.remove();
  }
});

test('a table that changes whole makes three differentials that say so, then fulls', async () => {
  const place = await createPlace();
  const events: Event[] = [];
  const context: Place['context'] = (signal) => {
    const made = place.context(signal);
    return { ...made, emit: (event) => void events.push(event) };
  };
  const rewrite = () =>
    server.psql(
      `DROP TABLE IF EXISTS noise;
       CREATE TABLE noise AS SELECT md5(random()::text) AS text FROM generate_series(1, 120000)`,
      DBNAME,
    );
  const selection = { schemas: [], excludeSchemas: [], tables: ['noise'], excludeTables: [], excludeTableData: [] };
  try {
    const whys: (string | null)[] = [];
    for (let run = 0; run < 8; run += 1) {
      await rewrite();
      whys.push((await runJob(server, [{ ...place, context }], { changes: { name: 'noise', selection } })).whyFull);
    }
    const ends = expect.stringMatching(/^the last differential stored \d+ % of/);
    const nothing = expect.stringMatching(
      /^differentials save nothing here: the last three stored \d+ %, .* next try is after/,
    );
    expect(whys).toEqual(['there is no full yet', null, ends, null, ends, null, nothing, nothing]);
    const told = events.flatMap((event) =>
      event.type === 'notice' && /saves nothing/.test(event.text) ? event.text : [],
    );
    expect(told).toHaveLength(3);
    expect(told[0]).toMatch(/% of its full: 100 % of 'public\.noise' changed; the next backup is a full$/);
  } finally {
    await server.psql('DROP TABLE IF EXISTS noise', DBNAME);
    await place.remove();
  }
});
