import { list, verify } from '@postgres-backuper/core';
import { deriveChunkKeys } from '@postgres-backuper/format';
import { createSampleDatabase, type Postgres, snapshotOf, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { bringBack, createPlace, makeBackup, type Place } from '../restore/harness.ts';

const DAY = 86_400_000;
const KEYS = deriveChunkKeys(Buffer.alloc(32, 7));
const SET = { keys: KEYS, fullEveryMs: 7 * DAY, incremental: true };
const SHOP = { dbname: 'shop', segmentBytes: 1024 ** 2 };
let postgres: Postgres;
let place: Place;

beforeAll(async () => {
  postgres = await startPostgres({ major: 18 });
  await createSampleDatabase(postgres, { dbname: 'shop', megabytes: 8 });
});
afterAll(async () => {
  await place?.remove();
  await postgres?.stop();
});
beforeEach(async () => {
  await place?.remove();
  place = await createPlace();
});

/** Makes a backup in a set; returns what the storage then says of it, and the notice about it. */
async function make(set = SET) {
  const notices: string[] = [];
  const context = () => {
    const made = place.context();
    const emit: typeof made.emit = (event) => {
      if (event.type === 'notice' && event.text.startsWith('this is ')) notices.push(event.text);
      made.emit(event);
    };
    return { ...made, emit };
  };
  const label = await makeBackup(postgres, { ...SHOP, set }, { ...place, context });
  const retention = { keepDays: 1, keepMinimum: 1 };
  const { backups } = await list({ name: 'shop', retention }, place, place.context());
  const backup = backups.find((one) => one.label === label);
  return { label, type: backup?.type, parent: backup?.parent, backup, notice: notices.join() };
}

test('an unchanged database is stored as next to nothing, a changed one as what changed, and both are restored', async () => {
  const full = await make();
  expect(full).toMatchObject({ type: 'full', notice: 'this is a full backup: there is no full yet' });
  const same = await make();
  expect(same).toMatchObject({ type: 'differential', parent: full.label });
  await postgres.psql(
    `CREATE TABLE IF NOT EXISTS noted AS SELECT g AS id, md5(g::text) AS note FROM generate_series(1, 3000) g`,
    'shop',
  );
  const changed = await make();
  expect(changed).toMatchObject({ type: 'differential', parent: full.label });
  const stored = [full, same, changed].map(({ backup }) => backup?.totals.storedBytes ?? 0) as [number, number, number];
  expect(stored[1]).toBeLessThan(stored[0] / 20);
  expect(stored[2]).toBeLessThan(stored[0] / 4);
  const { backups } = await verify(
    { name: 'shop', target: { label: changed.label }, level: 'content' },
    { repository: place.repository },
    place.context(),
  );
  expect(backups).toMatchObject([{ ok: true, damage: [] }]);
  const { error } = await bringBack({ name: 'shop' }, postgres, place);
  expect(error).toBeUndefined();
  expect(await snapshotOf(postgres, 'shop copy')).toEqual(await snapshotOf(postgres, 'shop'));
});

test('a full follows on another secret, and when the full is old enough', async () => {
  await make();
  const keys = deriveChunkKeys(Buffer.alloc(32, 8));
  expect(await make({ ...SET, keys })).toMatchObject({
    type: 'full',
    notice: expect.stringContaining('of another set or secret'),
  });
  expect(await make({ ...SET, keys, fullEveryMs: 1 })).toMatchObject({
    type: 'full',
    notice: expect.stringContaining(' old, and '),
  });
});

test('a full follows a differential that stored more than half of its full', async () => {
  await make();
  await postgres.psql('DROP TABLE IF EXISTS much', 'shop');
  await postgres.psql(
    `CREATE TABLE much AS SELECT g AS id, md5(g::text) || md5((g + 1)::text) AS note FROM generate_series(1, 150000) g`,
    'shop',
  );
  expect(await make()).toMatchObject({ type: 'differential' });
  expect(await make()).toMatchObject({ type: 'full', notice: expect.stringContaining('the last differential stored') });
  await postgres.psql('DROP TABLE much', 'shop');
});
