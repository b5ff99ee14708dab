import { readdir, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { exportBackup, list, restore, show, type VerifyRequest, verify } from '@postgres-backuper/core';
import type { Commit } from '@postgres-backuper/format';
import { createSampleDatabase, type Postgres, snapshotOf, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPlace, makeBackup, type Place, serverOf } from '../restore/harness.ts';
import { makeDifferential } from './make-differential.ts';

const SHOP = { dbname: 'shop', segmentBytes: 1024 ** 2 };
let postgres: Postgres;
let place: Place;
let full: string;
let differential: Commit;
let twin: string;

beforeAll(async () => {
  [postgres, place] = await Promise.all([startPostgres({ major: 18 }), createPlace()]);
  await createSampleDatabase(postgres, { dbname: 'shop', megabytes: 8 });
  full = await makeBackup(postgres, SHOP, place);
  await postgres.psql(
    `CREATE TABLE noted AS SELECT g AS id, md5(g::text) AS note FROM generate_series(1, 3000) g;
     ALTER TABLE noted ADD PRIMARY KEY (id); ANALYZE noted`,
    'shop',
  );
  twin = await makeBackup(postgres, { ...SHOP, name: 'twin' }, place);
  const label = await makeBackup(postgres, SHOP, place);
  differential = await makeDifferential({ name: 'shop', label, of: full }, place);
});
afterAll(async () => {
  await postgres?.stop();
  await place?.remove();
});

const target = () => ({ label: differential.label });
const prove = (request: Partial<VerifyRequest> = {}) =>
  verify(
    { name: 'shop', target: target(), level: 'content', ...request },
    { repository: place.repository, server: serverOf(postgres, 'postgres') },
    place.context(),
  );
const given = { where: 'given', maintenanceDatabases: ['postgres'], jobs: 2 } as const;

test('it stores little and is a whole restore point', async () => {
  const { backups } = await list(
    { name: 'shop', retention: { keepDays: 1, keepMinimum: 1 } },
    { repository: place.repository },
    place.context(),
  );
  expect(backups).toMatchObject([
    { label: differential.label, type: 'differential', parent: full, fullProblem: null },
    { label: full, type: 'full', retention: { reasons: expect.arrayContaining(['kept for 1 differential']) } },
  ]);
  expect(backups[0]?.savedShare).toBeGreaterThan(0.8);
  expect(backups[0]?.totals.rows).toBe((backups[1]?.totals.rows ?? 0) + 3000);
});

test.each(['stored', 'content'] as const)('it is verified at level %s with what it has of its full', async (level) => {
  const { backups } = await prove({ level });
  expect(backups).toMatchObject([{ label: differential.label, ok: true, damage: [] }]);
  if (level === 'content') expect(backups[0]?.tables.every((table) => 'ok' in table && table.ok)).toBe(true);
});

test('a drill restores it exactly', async () => {
  const { backups } = await prove({ level: 'restore', drill: given });
  expect(backups).toMatchObject([{ verdict: 'exact' }]);
});

test('a restore of the newest takes it, and makes the database that was backed up', async () => {
  const all = { maintenanceDatabases: ['postgres'], jobs: 2, owner: true, privileges: true };
  const request = { name: 'shop', target: { latest: true } as const, into: 'shop again', ...all };
  const services = { server: serverOf(postgres, 'postgres'), repository: place.repository };
  expect(await restore(request, services, place.context())).toMatchObject({ label: differential.label });
  const [again, original] = [await snapshotOf(postgres, 'shop again'), await snapshotOf(postgres, 'shop')];
  expect({ ...again, database: null }).toEqual({ ...original, database: null });
  const none = { schemas: [], excludeTables: [], excludeSchemas: [], excludeTableData: [], schemaOnly: false };
  const one = { ...request, into: 'noted alone', selection: { ...none, tables: ['noted'] } };
  await restore(one, services, place.context());
  expect((await postgres.psql('SELECT count(*), max(note) FROM noted', 'noted alone')).trim()).toMatch(/^3000\|/);
});

test('its export is that of a full of the same moment, byte for byte', async () => {
  const write = (name: string, label: string) =>
    exportBackup(
      { name, target: { label }, directory: join(place.directory, label) },
      { repository: place.repository },
      place.context(),
    );
  const [ours, whole] = [await write('shop', differential.label), await write('twin', twin)];
  const names = await readdir(ours.dumpDirectory);
  expect(names.sort()).toEqual((await readdir(whole.dumpDirectory)).sort());
  for (const name of names.filter((one) => one !== 'toc.dat')) {
    const [a, b] = await Promise.all([ours, whole].map(({ dumpDirectory }) => readFile(join(dumpDirectory, name))));
    expect(a?.equals(b as Buffer), name).toBe(true);
  }
});

test('what a table stored is what the differential stored of it', async () => {
  const shown = await show(
    { name: 'shop', target: target(), tables: [] },
    { repository: place.repository },
    place.context(),
  );
  const stored = new Map(shown.tables.map(({ table, storedBytes }) => [table, storedBytes]));
  expect(stored.get('noted')).toBeGreaterThan(1000);
  const total = [...stored.values()].reduce((sum, one) => sum + one, 0);
  expect(total).toBeLessThan(differential.totals.storedBytes);
});

test('damage of a segment of its full is found, named once, and condemns both', async () => {
  const key = `shop/data/${full}/segment-00000002.tar.zst`;
  const path = join(place.directory, 'repository', key);
  const good = await readFile(path);
  await truncate(path, 100);
  await expect(prove()).rejects.toMatchObject({
    code: 'verification-failed',
    result: {
      backups: [{ label: differential.label, ok: false, damage: [{ object: key, text: /it holds data of/ }] }],
    },
  });
  expect(good.length).toBeGreaterThan(100);
  for (const label of [full, differential.label])
    expect((await readdir(join(place.directory, 'repository/shop/records', label))).join()).toContain('content-failed');
});
