import { restore } from '@postgres-backuper/core';
import { dataKey, extentsOf } from '@postgres-backuper/format';
import { findBackup, readDocuments } from '@postgres-backuper/repository';
import { type Postgres, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { noting } from '../contents/harness.ts';
import { createPlace, makeBackup, type Place, serverOf } from './harness.ts';

const FOREVER = new AbortController().signal;
let postgres: Postgres;
let place: Place;

beforeAll(async () => {
  [postgres, place] = await Promise.all([startPostgres({ major: 18, settings: { autovacuum: 'off' } }), createPlace()]);
  await postgres.createDatabase('shop');
  // text that does not compress fills segments
  const rows = (from: number, to: number) =>
    `SELECT g AS id, sha256(g::text::bytea)::text || sha256((g + 1)::text::bytea)::text AS noise FROM generate_series(${from}, ${to}) g`;
  await postgres.psql(
    `CREATE TABLE large AS ${rows(1, 60_000)}; CREATE TABLE wanted AS ${rows(1, 20_000)};
     ALTER TABLE wanted ADD PRIMARY KEY (id)`,
    'shop',
  );
  await makeBackup(postgres, { dbname: 'shop', segmentBytes: 1024 * 1024 }, place);
});
afterAll(async () => {
  await postgres?.stop();
  await place?.remove();
});

function bring(into: string, tables: readonly string[], repository = place.repository) {
  const all = { maintenanceDatabases: ['postgres'], jobs: 2, owner: true, privileges: true };
  const none = { schemas: [], excludeTables: [], excludeSchemas: [], excludeTableData: [], schemaOnly: false };
  const selection = tables.length === 0 ? undefined : { ...none, tables };
  const request = { name: 'shop', target: { latest: true } as const, into, selection, ...all };
  return restore(request, { server: serverOf(postgres, 'postgres'), repository }, place.context());
}

test('a restore of one table reads the segments that it lies in, each once, and no other', async () => {
  const { storage, read } = noting(place.repository.storage);
  await bring('one', ['wanted'], { ...place.repository, storage });
  const asked = { name: 'shop', target: { latest: true } as const, signal: FOREVER };
  const { commit } = await findBackup(asked, place.repository, { now: Date.now });
  const { catalog, segments } = await readDocuments(commit, place.repository, { signal: FOREVER });
  const table = catalog.tables.find((one) => one.table === 'wanted');
  const needed = catalog.files.filter(({ name }) => name === 'toc.dat' || name === table?.file);
  const numbers = new Set(needed.flatMap((file) => [...extentsOf(file)].map(([number]) => number)));
  expect(numbers.size).toBeLessThan(segments.length / 2);
  const segmentKeys = read.filter((key) => key.includes('segment-')).sort();
  expect(segmentKeys).toEqual([...numbers].map((number) => dataKey(commit, segments.at(number)?.key ?? '')).sort());
});

test('restored rows are frozen: an index answers without looking at the table, before any vacuum', async () => {
  await bring('frozen', []);
  const plan = await postgres.psql(
    `SET enable_seqscan = off; SET enable_bitmapscan = off;
     EXPLAIN (ANALYZE, COSTS OFF) SELECT count(id) FROM wanted WHERE id > 0`,
    'frozen',
  );
  expect(plan).toMatch(/Index Only Scan/);
  expect(plan).toContain('Heap Fetches: 0');
});
