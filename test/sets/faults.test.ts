import { BackuperError } from '@postgres-backuper/base';
import { commitKey, createRecordKey, dataKey, segmentName } from '@postgres-backuper/format';
import { faulty, type Postgres, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createPlace, type Place } from '../restore/harness.ts';
import { beforePut, changeSome, createJobDatabase, DBNAME, deadFrom, pruneAll, runJob, wholeBackups } from './job.ts';

let server: Postgres;
let place: Place;
let full: string;

beforeAll(async () => {
  server = await startPostgres({ major: 18 });
  await createJobDatabase(server);
});
afterAll(async () => {
  await place?.remove();
  await server?.stop();
});
beforeEach(async () => {
  await place?.remove();
  place = await createPlace();
  full = (await runJob(server, [place])).label;
  await changeSome(server);
});

const run = (request: Parameters<typeof runJob>[2] = {}) => runJob(server, [place], request);
const id = (label: string) => ({ name: DBNAME, label });
const removeOf = (label: string, key: string) => place.repository.storage.remove([dataKey(id(label), key)]);

test('jobs at once: each is whole, whatever the other one makes', async () => {
  const pairs = [
    [true, true],
    [true, false],
    [false, false],
  ];
  for (const pair of pairs) await Promise.all(pair.map((incremental) => run({ incremental })));
  const backups = await wholeBackups(place);
  expect(backups.map(({ type }) => type).sort()).toEqual([
    ...['differential', 'differential', 'differential', 'full', 'full', 'full', 'full'],
  ]);
  expect(backups.filter(({ type }) => type === 'differential').map(({ parent }) => parent)).toEqual([full, full, full]);
});

test.each([/segment-/, /objects\.json/])(
  'a prune before it puts %s keeps its full, or it is not committed',
  async (key) => {
    const elsewhere = async () => {
      await run({ incremental: false });
      await pruneAll(place);
    };
    const ended = await run({ through: [beforePut(key, elsewhere)] }).catch((error: unknown) => error);
    const left = await wholeBackups(place);
    if (ended instanceof BackuperError) expect(ended).toMatchObject({ code: 'objects-removed', exitStatus: 75 });
    else expect(left.map(({ label }) => label)).toContain(full);
    expect(left.filter(({ parent }) => parent !== null).every(({ parent }) => parent === full)).toBe(true);
  },
);

test.each([
  ['its full is deleted', () => place.repository.storage.remove([commitKey(id(full))])],
  ['a segment of its full is deleted', () => removeOf(full, segmentName(1, false))],
  ['the list of objects of its full is deleted', () => removeOf(full, 'objects.json.zst')],
  [
    'a prune says that its full goes',
    () =>
      place.repository.storage.put(
        createRecordKey(id(full), { kind: 'prune-begun', now: Date.now() }),
        Buffer.from('{}'),
      ),
  ],
])('it ends with 75 and without a commit where %s meanwhile, and the next run is a full', async (_, act) => {
  const failed = { code: 'objects-removed', exitStatus: 75 };
  await expect(run({ through: [beforePut(/catalog/, act)] })).rejects.toMatchObject(failed);
  await place.repository.storage.remove([commitKey(id(full))]);
  expect(await wholeBackups(place)).toEqual([]);
  const { label } = await run();
  expect(await wholeBackups(place)).toEqual([{ label, type: 'full', parent: null }]);
});

const STEPS = [/segment-0*0/, /segment-0*1/, /catalog/, /objects\.json/, /\/backups\//];

test.each([
  ['differential', STEPS],
  ['full', [/segment-0*2/, /index\.bin/, ...STEPS.slice(2)]],
] as const)('a %s that dies at any step counts for nothing unless it is committed', async (type, steps) => {
  for (const key of steps)
    for (const isAfter of [false, true]) {
      const before = await wholeBackups(place);
      const dying = run({ incremental: type === 'differential', through: [deadFrom(key, { isAfter })] });
      await expect(dying, `${key}`).rejects.toBeInstanceOf(BackuperError);
      const added = (await wholeBackups(place)).slice(before.length);
      expect(added.map((one) => one.type)).toEqual(isAfter && key.source.includes('backups') ? [type] : []);
    }
  const { label } = await run();
  const { deleted } = await pruneAll(place);
  expect(deleted).toHaveLength(type === 'full' ? 0 : 1); // a dead run may still be running: both fulls stay
  const left = await wholeBackups(place);
  expect(left.at(-1)).toMatchObject({ label, type: 'differential' });
});

test('a disk that is full in the middle leaves nothing', async () => {
  for (const key of [/segment-0*1/, /catalog/, /\/backups\//]) {
    const storage = (real: Parameters<typeof faulty>[0]) => {
      const failing = faulty(real);
      failing.addFault('put').on(key).error(new BackuperError('storage-full', 'full')).repeat(99);
      return failing;
    };
    await expect(run({ through: [storage] })).rejects.toMatchObject({ code: 'storage-full' });
  }
  const { leftOvers } = await pruneAll(place);
  expect(leftOvers.map(({ objects }) => objects)).toEqual([1, 1, 1]); // that they failed
  expect(await wholeBackups(place)).toHaveLength(1);
  await run();
  expect(await wholeBackups(place)).toMatchObject([{ type: 'full' }, { type: 'differential' }]);
});

test('an answer that is lost at the commit does not lose the differential', async () => {
  const through = (real: Parameters<typeof faulty>[0]) => {
    const failing = faulty(real);
    failing
      .addFault('put')
      .on(/\/backups\//)
      .afterSuccess()
      .error(new BackuperError('storage-unavailable', 'lost'));
    return failing;
  };
  const { label, warnings } = await run({ through: [through] });
  expect(warnings).toEqual([expect.stringContaining('is there, though storing it ended with an error')]);
  expect(await wholeBackups(place)).toMatchObject([{ label: full }, { label, type: 'differential' }]);
});

test('a cancel in the middle leaves nothing', async () => {
  const cancel = new AbortController();
  const reason = new BackuperError('cancelled', 'cancelled');
  const through = [beforePut(/segment-0*1/, async () => cancel.abort(reason))];
  await expect(run({ signal: cancel.signal, through })).rejects.toBe(reason);
  const keys: string[] = [];
  for await (const { key: found } of place.repository.storage.list(`${DBNAME}/data/`)) keys.push(found);
  expect(keys.filter((found) => !found.includes(full))).toEqual([]);
  expect(await wholeBackups(place)).toHaveLength(1);
});
