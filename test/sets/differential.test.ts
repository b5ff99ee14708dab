import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  cat,
  diff,
  exportBackup,
  list,
  prune,
  restore,
  show,
  status,
  type VerifyRequest,
  verify,
} from '@postgres-backuper/core';
import { type Commit, commitKey, dataKey, segmentName } from '@postgres-backuper/format';
import { createSampleDatabase, type Postgres, snapshotOf, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beginSecondReader } from '../recovery/second-reader.ts';
import { makeBackup, type Place, serverOf } from '../restore/harness.ts';
import { makeDifferential } from './make-differential.ts';
import { PLACES } from './places.ts';

const RETENTION = { name: 'shop', retention: { keepDays: 1, keepMinimum: 1 } };
const SHOP = { dbname: 'shop', segmentBytes: 1024 ** 2 };
let postgres: Postgres;

beforeAll(async () => {
  postgres = await startPostgres({ major: 18 });
});
afterAll(async () => {
  await postgres?.stop();
});

describe.each(PLACES)('a differential in %s', (_, create) => {
  let place: Place;
  let full: string;
  let differential: Commit;
  let twin: string;

  beforeAll(async () => {
    place = await create();
    await postgres.psql('DROP DATABASE IF EXISTS shop', 'postgres');
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
  afterAll(() => place?.remove());

  const target = () => ({ label: differential.label });
  const prove = (request: Partial<VerifyRequest> = {}) =>
    verify(
      { name: 'shop', target: target(), level: 'content', ...request },
      { repository: place.repository, server: serverOf(postgres, 'postgres') },
      place.context(),
    );
  const given = { where: 'given', maintenanceDatabases: ['postgres'], jobs: 2 } as const;

  test('it stores little and is a whole restore point', async () => {
    const { backups } = await list(RETENTION, place, place.context());
    expect(backups).toMatchObject([
      { label: differential.label, type: 'differential', parent: full, fullProblem: null },
      { label: full, type: 'full', retention: { reasons: expect.arrayContaining(['kept for 1 differential']) } },
    ]);
    expect(backups[0]?.savedShare).toBeGreaterThan(0.5);
    expect(backups[0]?.totals.rows).toBe((backups[1]?.totals.rows ?? 0) + 3000);
  });

  test.each(['stored', 'content'] as const)(
    'it is verified at level %s with what it has of its full',
    async (level) => {
      const { backups } = await prove({ level });
      expect(backups).toMatchObject([{ label: differential.label, ok: true, damage: [] }]);
      if (level === 'content') expect(backups[0]?.tables.every((table) => 'ok' in table && table.ok)).toBe(true);
    },
  );

  test('a drill restores it exactly', async () => {
    const { backups } = await prove({ level: 'restore', drill: given });
    expect(backups).toMatchObject([{ verdict: 'exact' }]);
  });

  test('a restore of the newest takes it, and makes the database that was backed up', async () => {
    const all = { maintenanceDatabases: ['postgres'], jobs: 2, owner: true, privileges: true };
    const request = { name: 'shop', target: { latest: true } as const, into: 'shop again', ...all };
    for (const name of ['shop again', 'noted alone'])
      await postgres.psql(`DROP DATABASE IF EXISTS "${name}"`, 'postgres');
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

  test('a second reader, which knows the page of the format alone, exports the same', async (context) => {
    if (place.repository.encryption !== 'none') return context.skip();
    const [ours, theirs] = ['read-by-us', 'read-by-reader'].map((name) => join(place.directory, name));
    const asked = { name: 'shop', target: target(), directory: ours as string };
    const { dumpDirectory } = await exportBackup(asked, { repository: place.repository }, place.context());
    const reader = await beginSecondReader({ readers: [], signer: null }, place.directory);
    const words = [join(place.directory, 'repository'), 'shop', differential.label, theirs as string];
    const { status: end, stderr } = await reader.read('export', ...words);
    await reader.end();
    expect([stderr, end]).toEqual(['', 0]);
    for (const name of await readdir(dumpDirectory)) {
      const read = (directory: string) => readFile(join(directory, 'dump', name));
      expect((await read(theirs as string)).equals(await read(ours as string)), name).toBe(true);
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

  test('cat writes the rows of one table, diff compares with its full', async () => {
    const written: Buffer[] = [];
    const output = { write: async (bytes: Uint8Array) => written.push(Buffer.from(bytes)) > 0 };
    const { repository } = place;
    const asked = { name: 'shop', target: target(), table: 'noted', format: 'text' } as const;
    expect(await cat(asked, { repository, output }, place.context())).toMatchObject({
      rows: 3000,
      whole: true,
    });
    expect(Buffer.concat(written).toString().split('\n')[0]).toMatch(/^1\t[0-9a-f]{32}$/);
    const before = { name: 'shop', target: { label: full }, repository };
    const { tables } = await diff(before, { name: 'shop', target: target(), repository }, place.context());
    expect(tables.filter(({ change }) => change !== 'same')).toMatchObject([{ table: 'noted', change: 'new' }]);
  });

  test('prune keeps its full', async () => {
    const request = { name: 'shop', dryRun: false, force: true, acceptNewServer: false };
    const run = (dryRun: boolean) =>
      prune({ ...request, dryRun, retention: { keepLast: 1, keepMinimum: 1 } }, place, place.context());
    expect((await run(true)).backups.map(({ action, reasons }) => [action, ...reasons])).toEqual([
      ['keep', 'last 1'],
      ['keep', 'kept for 1 differential'],
    ]);
    expect(await status({ name: 'shop', maxAgeMs: 3_600_000 }, place, place.context())).toMatchObject({
      ...{ state: 'ok', needsFull: null, newest: { label: differential.label, parent: full } },
    });
  });

  test('damage of a segment of its full is found, named once, and condemns both', async () => {
    const { storage, encryption } = place.repository;
    const key = dataKey({ name: 'shop', label: full }, segmentName(2, encryption !== 'none'));
    const good = await storage.get(key, { maxBytes: 1 << 24 });
    await storage.remove([key]);
    await storage.put(key, good.subarray(1));
    await expect(prove()).rejects.toMatchObject({
      code: 'verification-failed',
      result: {
        backups: [
          {
            label: differential.label,
            ok: false,
            damage: [{ object: key, text: expect.stringMatching(/it holds data of '/) }],
          },
        ],
      },
    });
    const { backups } = await list(RETENTION, place, place.context());
    expect(backups.map(({ verification, fullProblem }) => [verification.ok, fullProblem])).toEqual([
      [false, `a verification or a restore found its full '${full}' damaged`],
      [false, null],
    ]);
    await storage.remove([key]);
    await storage.put(key, good);
    await prove({ target: { all: true } });
    const mended = await list(RETENTION, place, place.context());
    expect(mended.backups.map(({ fullProblem }) => fullProblem)).toEqual([null, null]);
  });

  test('without its full it is refused by its label, and passed over as the newest', async () => {
    const { storage } = place.repository;
    const key = commitKey({ name: 'shop', label: full });
    const commit = await storage.get(key, { maxBytes: 8192 });
    await storage.remove([key]);
    const refused = { code: 'full-missing', exitStatus: 3, message: expect.stringContaining(full) };
    const write = (asked: { readonly label: string } | { readonly latest: true }) =>
      exportBackup({ name: 'shop', target: asked, directory: join(place.directory, 'none') }, place, place.context());
    await expect(write(target())).rejects.toMatchObject(refused);
    await expect(write({ latest: true })).rejects.toMatchObject({
      code: 'backup-none',
      hint: expect.stringContaining(full),
    });
    await expect(prove()).rejects.toMatchObject({ code: 'verification-failed' });
    await expect(
      prune(
        {
          name: 'shop',
          dryRun: false,
          force: true,
          acceptNewServer: false,
          retention: { keepLast: 1, keepMinimum: 1 },
        },
        place,
        place.context(),
      ),
    ).resolves.toMatchObject({ deleted: [], leftOvers: [{ label: full, action: 'keep' }] });
    await storage.put(key, commit);
    await prove();
    expect((await list(RETENTION, place, place.context())).backups[0]).toMatchObject({ fullProblem: null });
  });

  test('when a newer full is enough prune deletes the differential, then its full', async () => {
    const newest = await makeBackup(postgres, SHOP, place);
    const retention = { keepLast: 1, keepMinimum: 1 };
    const { deleted } = await prune(
      { name: 'shop', dryRun: false, force: true, acceptNewServer: false, retention },
      place,
      place.context(),
    );
    expect(deleted).toEqual([differential.label, full]);
    const keys: string[] = [];
    for await (const { key } of place.repository.storage.list('shop/')) keys.push(key);
    expect(keys.filter((key) => !key.includes(newest) && !key.startsWith('shop/log/'))).toEqual([]);
  });
});
