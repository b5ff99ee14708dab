import { join } from 'node:path';
import { verify } from '@postgres-backuper/core';
import { deriveChunkKeys } from '@postgres-backuper/format';
import { readDocuments } from '@postgres-backuper/repository';
import { type Postgres, run, snapshotOf, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { readCommit } from '../../packages/repository/src/backups/read-commit.ts';
import { bringBack, createPlace, makeBackup, type Place } from '../restore/harness.ts';
import { setSummarizing, startSummarizing } from './harness.ts';

const SET = { keys: deriveChunkKeys(Buffer.alloc(32, 7)), fullEveryMs: 7 * 86_400_000, incremental: true };
const READER = join(import.meta.dirname, '../recovery/reader.py');
const TABLES = ['a', 'b', 'c', 'd', 'long', 'part'];
const READ_BLOCKS = `SELECT relname || ' ' || coalesce(heap_blks_read + heap_blks_hit, 0) FROM pg_statio_user_tables ORDER BY 1`;
let postgres: Postgres;
let place: Place;

beforeAll(async () => {
  postgres = await startSummarizing(18);
});
afterAll(async () => {
  await place?.remove();
  await postgres?.stop();
});
beforeEach(async () => {
  await place?.remove();
  place = await createPlace();
  await postgres.createDatabase('app', 'TEMPLATE template0');
  await psql(`
    SELECT setseed(0.5);
    CREATE TABLE a AS SELECT g AS id, md5(g::text) AS note FROM generate_series(1, 30000) g;
    CREATE TABLE b AS SELECT * FROM a; CREATE TABLE c AS SELECT id, note, now() AS at FROM a;
    CREATE TABLE d AS SELECT * FROM a; CREATE TABLE small (id int); INSERT INTO small VALUES (1);
    CREATE TABLE long AS SELECT g AS id, (SELECT string_agg(md5((g * 1000 + s)::text), '')
                                            FROM generate_series(1, 300) s) AS note FROM generate_series(1, 300) g;
    CREATE TABLE root (id int, note text) PARTITION BY RANGE (id);
    CREATE TABLE part PARTITION OF root DEFAULT; INSERT INTO root SELECT * FROM a;
    VACUUM; CHECKPOINT`);
});

const psql = (text: string) => postgres.psql(text, 'app');

/** A backup; what it said about tables that are not read, and its catalog. */
async function make(verifyShare: number | undefined, options: { readonly splitFromBytes?: number } = {}) {
  const notices: string[] = [];
  const context = () => {
    const made = place.context();
    const emit: typeof made.emit = (event) => {
      if (event.type === 'notice' && /read/.test(event.text)) notices.push(event.text);
      made.emit(event);
    };
    return { ...made, emit };
  };
  const skipUnchanged = verifyShare === undefined ? undefined : { verifyShare };
  const label = await makeBackup(
    postgres,
    { dbname: 'app', set: SET, skipUnchanged, segmentBytes: 1024 ** 2, ...options },
    { ...place, context },
  );
  const commit = await readCommit({ name: 'app', label }, place.repository);
  const { catalog } = await readDocuments(commit, place.repository);
  const tables = catalog.tables.map(({ table, rows, bytes, copyStatement, ...rest }) => ({
    table,
    rows,
    bytes,
    sha256: 'sha256' in rest ? rest.sha256 : '',
    copyStatement,
  }));
  return { label, type: commit.type, rawBytes: commit.totals.rawBytes, tables, notice: notices.join('; ') };
}

/** Names of the tables that something read meanwhile. */
async function readMeanwhile(task: () => Promise<unknown>): Promise<readonly string[]> {
  await psql('SELECT pg_stat_reset()');
  await task();
  const sessions = "datname = 'app' AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
  await postgres.until(`NOT EXISTS (SELECT FROM pg_stat_activity WHERE ${sessions})`, 'app'); // they tell at their end
  const blocks = (await psql(READ_BLOCKS)).split('\n').map((line) => line.split(' '));
  return blocks.flatMap(([name = '', read]) => (Number(read) > 0 ? [name] : []));
}

test('unchanged tables are not read, and the backup is that of a run which reads them', async () => {
  const full = await make(0);
  expect(full).toMatchObject({ type: 'full', notice: '' });
  await psql(`UPDATE b SET note = 'x' WHERE id = 5; INSERT INTO small VALUES (2)`);
  let skipping: Awaited<ReturnType<typeof make>> | undefined;
  const read = await readMeanwhile(async () => {
    skipping = await make(0);
  });
  expect(read).toEqual(['b', 'small']);
  expect(skipping).toMatchObject({ type: 'differential', notice: expect.stringMatching(/^5 tables .* are not read$/) });
  const reading = await make(undefined);
  expect(skipping?.tables).toEqual(reading.tables);
  expect(skipping?.rawBytes).toBe(reading.rawBytes);
  const { backups } = await verify(
    { name: 'app', target: { label: skipping?.label ?? '' }, level: 'content' },
    { repository: place.repository },
    place.context(),
  );
  expect(backups).toMatchObject([{ ok: true, damage: [] }]);
  const exported = join(place.directory, 'exported');
  const reader = ['export', join(place.directory, 'repository'), 'app', skipping?.label ?? '', exported];
  await run('python3', [READER, ...reader], { env: { PATH: process.env.PATH ?? '' } });
  const { error } = await bringBack({ name: 'app', target: { label: skipping?.label ?? '' } }, postgres, place);
  expect(error).toBeUndefined();
  expect(await snapshotOf(postgres, 'app copy')).toEqual(await snapshotOf(postgres, 'app'));
});

test('large tables in ranges, small ones and unchanged ones go together', async () => {
  await make(0);
  await psql(`UPDATE b SET note = 'x' WHERE id = 5; UPDATE d SET note = 'y' WHERE id = 7`);
  const options = { splitFromBytes: 1024 ** 2 };
  const skipping = await make(0, options);
  expect(skipping.notice).toMatch(/^4 tables .* are not read$/);
  expect(skipping.tables).toEqual((await make(undefined, options)).tables);
});

test('a sample is read and compared; all of it reads everything', async () => {
  await make(0);
  const read = await readMeanwhile(async () => {
    expect(await make(1)).toMatchObject({ type: 'differential', notice: '' });
  });
  expect(read).toEqual([...TABLES, 'small']);
  expect((await make(0.001)).notice).toMatch(/^5 tables .*; 1 other read and compared$/);
});

test('every table is read where its full was made without it, and where the server says nothing', async () => {
  await make(undefined);
  expect((await make(0)).notice).toMatch(/^every table is read: '.*' was made without it/);
  await setSummarizing(postgres, 'off');
  try {
    expect((await make(0)).notice).toMatch(/^every table is read: /);
  } finally {
    await setSummarizing(postgres, 'on');
  }
});

test('a full says why its differentials will read everything', async () => {
  const plain = await startPostgres({ major: 17 });
  try {
    await plain.psql('CREATE DATABASE app');
    const context = place.context();
    await makeBackup(
      plain,
      { dbname: 'app', name: 'other', set: SET, skipUnchanged: { verifyShare: 0 } },
      { ...place, context: () => context },
    );
    const texts = context.events.flatMap((one) => (one.type === 'notice' ? [one.text] : []));
    expect(texts).toContain(
      "differentials of this full will read every table: the server's setting summarize_wal is off",
    );
  } finally {
    await plain.stop();
  }
});

test('random changes: what is left unread has the text that a run finds which reads it', async () => {
  const rounds = Number(process.env.PGBACKUPER_UNREAD_ROUNDS ?? 1);
  const one = <Item>(items: readonly Item[]): Item => items[Math.floor(Math.random() * items.length)] as Item;
  const changes = [
    (t: string) => `UPDATE ${t} SET note = md5(random()::text) WHERE id % 100 = ${Math.floor(Math.random() * 100)}`,
    (t: string) => `DELETE FROM ${t} WHERE id = ${1 + Math.floor(Math.random() * 300)}`,
    (t: string) => `INSERT INTO ${t} (id) VALUES (7)`,
    (t: string) => `BEGIN; DELETE FROM ${t}; ROLLBACK`,
    (t: string) => `VACUUM ${one(['FULL', 'FREEZE', ''])} ${t}`,
    (t: string) => `ALTER TABLE ${t} ADD COLUMN c${Date.now()} int DEFAULT 5`,
    (t: string) => `TRUNCATE ${t}`,
    () => 'CHECKPOINT',
  ];
  for (let round = 0; round < rounds; round += 1) {
    await place.remove();
    place = await createPlace();
    await make(0);
    for (let count = 0; count < 3; count += 1) {
      const change = one(changes)(one(['a', 'b', 'c', 'd', 'long']));
      await psql(change);
      const [skipping, reading] = [await make(0), await make(undefined)];
      expect(skipping.tables, change).toEqual(reading.tables);
      await psql(`INSERT INTO ${one(['a', 'b'])} SELECT g, 'again' FROM generate_series(1, 1000) g`);
    }
  }
}, 600_000);
