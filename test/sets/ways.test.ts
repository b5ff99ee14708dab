import type { BackupRequest } from '@postgres-backuper/core';
import { verify } from '@postgres-backuper/core';
import { deriveChunkKeys } from '@postgres-backuper/format';
import { listBackups } from '@postgres-backuper/repository';
import { type Postgres, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HARD_TABLES } from '../backup/split-harness.ts';
import { bringBack, createPlace, makeBackup, type Place } from '../restore/harness.ts';
import { contentsOf } from './histories/contents.ts';

let server: Postgres;
let place: Place;

beforeAll(async () => {
  [server, place] = await Promise.all([startPostgres({ major: 18 }), createPlace()]);
});
afterAll(async () => {
  await place?.remove();
  await server?.stop();
});

type Settings = Partial<BackupRequest>;

/** A backup in a set; what it stored as a share of its full's. */
async function make(name: string, settings: Settings) {
  const set = { keys: deriveChunkKeys(Buffer.alloc(32)), fullEveryMs: 86_400_000, incremental: true };
  const label = await makeBackup(server, { dbname: name, segmentBytes: 1024 ** 2, set, ...settings }, place);
  const { backups } = await listBackups({ name }, place.repository);
  const own = backups.find((one) => one.label === label)?.commit;
  const full = backups.find((one) => one.label === own?.parent)?.commit;
  const share = (own?.totals.storedBytes ?? 0) / (full ?? own)!.totals.storedBytes;
  return { label, type: own?.type, share };
}

/** What the newest backup of a database restores is what the database holds. */
async function proveNewest(name: string): Promise<void> {
  await verify({ name, target: { all: true }, level: 'content' }, place, place.context());
  await server.psql(`DROP DATABASE IF EXISTS "${name} copy"`);
  expect((await bringBack({ name }, server, place)).error).toBeUndefined();
  expect(await contentsOf(server, `${name} copy`)).toEqual(await contentsOf(server, name));
}

const WHOLE = { jobs: 1 };
const SPLIT = { jobs: 3, splitFromBytes: 128 * 1024 };

test('tables that are read in ranges have the chunks of tables that are read whole, also when the ranges move', async () => {
  await server.createDatabase('ranges', 'TEMPLATE template0');
  await server.psql(HARD_TABLES, 'ranges');
  expect(await make('ranges', WHOLE)).toMatchObject({ type: 'full' });
  for (const settings of [SPLIT, { ...SPLIT, jobs: 2 }, WHOLE]) {
    const { type, share } = await make('ranges', settings);
    expect([type, share < 0.05]).toEqual(['differential', true]);
  }
  await server.psql('DELETE FROM plain WHERE id < 8000; VACUUM FULL plain; DELETE FROM holes WHERE id < 900', 'ranges');
  const moved = await make('ranges', SPLIT);
  expect([moved.type, moved.share < 0.1]).toEqual(['differential', true]);
  await proveNewest('ranges');
});

test('many small tables that one session sends gain as well', async () => {
  await server.createDatabase('many', 'TEMPLATE template0');
  await server.psql(
    `SELECT format('CREATE TABLE t%s AS SELECT g, md5(g || ''-%s'') FROM generate_series(1, 300) g', n, n)
       FROM generate_series(1, 520) n \\gexec`,
    'many',
  );
  expect(await make('many', {})).toMatchObject({ type: 'full' });
  await server.psql('UPDATE t17 SET md5 = md5(md5); DROP TABLE t18; ALTER TABLE t19 RENAME TO t600', 'many');
  const { type, share } = await make('many', {});
  expect([type, share < 0.2]).toEqual(['differential', true]);
  await proveNewest('many');
});

test('of large objects only what changed is stored', async () => {
  await server.createDatabase('lobs', 'TEMPLATE template0');
  const bytes = (seed: number) =>
    `decode((SELECT string_agg(md5('${seed}-' || g), '') FROM generate_series(1, 30000) g), 'hex')`;
  await server.psql([1, 2, 3, 4, 5].map((n) => `SELECT lo_from_bytea(${60_000 + n}, ${bytes(n)});`).join('\n'), 'lobs');
  expect(await make('lobs', {})).toMatchObject({ type: 'full' });
  await server.psql(`SELECT lo_put(60003, 200000, '\\x0011'), lo_unlink(60004), lo_from_bytea(60006, '\\x22')`, 'lobs');
  const { type, share } = await make('lobs', {});
  expect([type, share < 0.15]).toEqual(['differential', true]);
  await proveNewest('lobs');
});

test('what leaves out the same rows stands on a full, and a database without rows has a differential too', async () => {
  await server.createDatabase('parts', 'TEMPLATE template0');
  await server.psql(
    `CREATE TABLE kept AS SELECT g, md5(g::text) FROM generate_series(1, 20000) g;
     CREATE TABLE sessions AS SELECT g, md5(g || 's') FROM generate_series(1, 50000) g`,
    'parts',
  );
  const selection = { schemas: [], excludeSchemas: [], tables: [], excludeTables: [], excludeTableData: ['sessions'] };
  expect(await make('parts', { selection })).toMatchObject({ type: 'full' });
  const { type, share } = await make('parts', { selection });
  expect([type, share < 0.1]).toEqual(['differential', true]);
  expect((await make('parts', {})).type).toBe('full');
  await server.createDatabase('bare', 'TEMPLATE template0');
  await server.psql('CREATE TABLE nothing (id int)', 'bare');
  await make('bare', {});
  expect((await make('bare', {})).type).toBe('differential');
  await proveNewest('bare');
});
