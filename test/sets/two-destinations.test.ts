import { BackuperError } from '@postgres-backuper/base';
import { writeRecord } from '@postgres-backuper/repository';
import { faulty, type Postgres, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { bringBack, createPlace, type Place } from '../restore/harness.ts';
import { changeSome, createJobDatabase, DBNAME, deadFrom, runJob, wholeBackups } from './job.ts';

let server: Postgres;
let places: readonly [Place, Place];

beforeAll(async () => {
  server = await startPostgres({ major: 18 });
  await createJobDatabase(server);
});
const remove = () => Promise.all((places ?? []).map((place) => place.remove()));
afterAll(async () => {
  await remove();
  await server?.stop();
});
beforeEach(async () => {
  await remove();
  places = [await createPlace(), await createPlace()];
  await runJob(server, places);
  await changeSome(server);
});

type Storage = Place['repository']['storage'];
const healthy = (storage: Storage) => storage;
const gone = (storage: Storage) => {
  const failing = faulty(storage);
  const error = new BackuperError('storage-unreachable', 'gone');
  for (const method of ['put', 'get', 'list', 'folders', 'remove'] as const)
    failing.addFault(method).error(error).repeat(999);
  return failing;
};
const types = async () =>
  (await Promise.all(places.map(wholeBackups))).map((backups) => backups.map(({ type }) => type));
const both = ['full', 'differential'];

test.each([
  ['the first', 0],
  ['the second', 1],
] as const)(
  '%s of two places that is gone from the start gets nothing, the other one a differential',
  async (_, at) => {
    const through = at === 0 ? [gone, healthy] : [healthy, gone];
    const { destinations } = await runJob(server, places, { through });
    expect(destinations.map(({ committed }) => committed)).toEqual(at === 0 ? [false, true] : [true, false]);
    expect(await types()).toEqual(at === 0 ? [['full'], both] : [both, ['full']]);
  },
);

test.each([
  ['the first', 0, /segment-/],
  ['the second', 1, /catalog/],
  ['the second', 1, /\/backups\//],
] as const)('%s of two places (%i) fails at %s: the other one has a whole differential', async (_, at, key) => {
  const through = at === 0 ? [deadFrom(key), healthy] : [healthy, deadFrom(key)];
  const { label } = await runJob(server, places, { through });
  expect(await types()).toEqual(at === 0 ? [['full'], both] : [both, ['full']]);
  const place = places[1 - at] as Place;
  await server.psql(`DROP DATABASE IF EXISTS "${DBNAME} copy"`);
  expect((await bringBack({ name: DBNAME, target: { label } }, server, place)).error).toBeUndefined();
  await runJob(server, places);
  expect((await types()).map((some) => some.at(-1))).toEqual(['differential', 'differential']);
});

test('a full that the second place knows to be damaged is no parent', async () => {
  const [, { repository, context }] = places;
  const [full] = await wholeBackups(places[1]);
  const record = { name: DBNAME, label: full?.label ?? '', kind: 'verify-content-failed' } as const;
  await writeRecord(record, repository, context());
  await runJob(server, places);
  expect((await types()).map((some) => some.at(-1))).toEqual(['full', 'full']);
});

test('a full that a prune of the second place is about to delete is no parent', async () => {
  const [, { repository, context }] = places;
  const [full] = await wholeBackups(places[1]);
  await writeRecord({ name: DBNAME, label: full?.label ?? '', kind: 'prune-begun' }, repository, context());
  const { destinations } = await runJob(server, places);
  expect(destinations.map(({ committed }) => committed)).toEqual([true, true]);
  expect((await types()).map((some) => some.at(-1))).toEqual(['full', 'full']);
});
