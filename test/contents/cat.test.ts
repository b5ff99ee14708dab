import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createPlainCipher } from '@postgres-backuper/openpgp';
import { createS3Storage, parseEndpoint } from '@postgres-backuper/storage-s3';
import { type Postgres, run, type S3Server, startMinio, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPlace, makeBackup, type Place } from '../restore/harness.ts';
import { catOf, copyOf, noting } from './harness.ts';

/** Values that a format may lose, and tables without rows, columns or a file of their own. */
const SHOP = `
  CREATE SCHEMA "Odd Name";
  CREATE TABLE "Odd Name"."Dot.ted ""x""" (id int, "a,b" text, "q""q" text, n numeric, j jsonb, b bytea, g int GENERATED ALWAYS AS (id * 2) STORED);
  INSERT INTO "Odd Name"."Dot.ted ""x""" VALUES (1, E'line\\none\\r\\n"two"', '', NULL, '{"a": [1, null, "x,y"]}', '\\x00ff'),
    (2, NULL, ' ', 1.50, 'null', ''), (3, E'tab\\there\\b\\f\\v\\\\', '\\N', 'NaN', '"\\""', NULL), (4, '\\.', 'é€𝄞', NULL, NULL, NULL);
  CREATE TABLE one (sole text); INSERT INTO one VALUES ('\\.'), (''), (NULL), ('x'), (E'\\\\N'), ('""');
  CREATE TABLE nothing (id int, name text);
  CREATE TABLE no_columns (); INSERT INTO no_columns DEFAULT VALUES; INSERT INTO no_columns DEFAULT VALUES;
  CREATE TABLE orders (id int, day date, note text) PARTITION BY RANGE (day);
  CREATE TABLE orders_2023 PARTITION OF orders FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
  CREATE TABLE orders_2024 PARTITION OF orders FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY RANGE (day);
  CREATE TABLE orders_2024_a PARTITION OF orders_2024 FOR VALUES FROM ('2024-01-01') TO ('2024-07-01');
  CREATE TABLE orders_2024_b PARTITION OF orders_2024 FOR VALUES FROM ('2024-07-01') TO ('2025-01-01');
  INSERT INTO orders SELECT g, '2023-01-01'::date + g, 'note ' || g FROM generate_series(0, 700, 7) g;
  CREATE TYPE colour AS ENUM ('red', 'green'); CREATE TABLE by_hash (c colour, n int) PARTITION BY HASH (c);
  CREATE TABLE by_hash_0 PARTITION OF by_hash FOR VALUES WITH (MODULUS 2, REMAINDER 0);
  CREATE TABLE by_hash_1 PARTITION OF by_hash FOR VALUES WITH (MODULUS 2, REMAINDER 1);
  INSERT INTO by_hash SELECT (ARRAY['red', 'green'])[1 + g % 2]::colour, g FROM generate_series(1, 50) g;
  CREATE TABLE mixed (a int, b text) PARTITION BY LIST (a); CREATE TABLE mixed_1 PARTITION OF mixed FOR VALUES IN (1);
  CREATE TABLE mixed_2 (b text, a int); ALTER TABLE mixed ATTACH PARTITION mixed_2 FOR VALUES IN (2);
  CREATE VIEW seen AS SELECT 1 AS one; CREATE TABLE left_out AS SELECT 1 AS n;
  CREATE SCHEMA twice; CREATE TABLE twice.one (n int);
  CREATE TABLE large AS SELECT g AS id, sha512(g::text::bytea)::text || sha512((g + 1)::text::bytea)::text AS noise, 'a,"b"' AS q
    FROM generate_series(1, 90000) g`;

describe.each(testMajors())('cat of a backup of PostgreSQL %i', (major) => {
  const isOnS3 = major === testMajors().at(-1);
  let postgres: Postgres;
  let minio: S3Server | undefined;
  let place: Place;
  beforeAll(async () => {
    [postgres, minio, place] = await Promise.all([
      startPostgres({ major }),
      isOnS3 ? startMinio() : undefined,
      createPlace(),
    ]);
    await minio?.createBucket('backups');
    if (minio !== undefined) place = { ...place, repository: repositoryIn(minio) };
    await postgres.createDatabase('shop');
    await postgres.psql(SHOP, 'shop');
    const selection = { schemas: [], excludeSchemas: [], tables: [], excludeTables: [] };
    const options = { splitFromBytes: 1024 * 1024, selection: { ...selection, excludeTableData: ['left_out'] } };
    await makeBackup(postgres, { dbname: 'shop', ...options }, place);
  });
  afterAll(async () => {
    await Promise.all([postgres?.stop(), minio?.stop(), place?.remove()]);
  });
  const read = (table: string, format: 'text' | 'csv' = 'text') => catOf(table, { name: 'shop', format }, place);

  it.each([
    ['"Odd Name"."Dot.ted ""x"""', 'Odd Name.Dot.ted "x"'],
    ['"Odd Name"."Dot.ted ""x"""', '"Odd Name"."Dot.ted ""x"""'],
    ['public.one', 'public.one'],
    ['public.nothing', 'nothing'],
    ['public.no_columns', 'no_columns'],
    ['public.orders_2023', 'orders_2023'],
    ['public.large', 'public.large'],
  ])('gives of %s the bytes of the server, as text and as CSV', async (source, table) => {
    for (const format of ['text', 'csv'] as const) {
      const { bytes, said, result } = await read(table, format);
      expect(bytes.equals(await copyOf(source, { dbname: 'shop', format }, postgres)), format).toBe(true);
      expect(said).toMatch(/every hash is right/);
      expect(result).toMatchObject({ whole: true, writtenBytes: bytes.length });
    }
  });

  it('reads the segments that hold the table, and no other', async () => {
    const { storage, read: keys } = noting(place.repository.storage);
    await catOf('one', { name: 'shop' }, { ...place, repository: { ...place.repository, storage } }).catch(() => '');
    expect(keys.filter((key) => key.includes('segment-')).length).toBeLessThan(3); // those of the table of contents
    keys.length = 0;
    await catOf('public.one', { name: 'shop' }, { ...place, repository: { ...place.repository, storage } });
    expect(keys.filter((key) => key.includes('segment-'))).toHaveLength(1);
  });

  it('gives of a partitioned table the rows of all partitions, under one line of names', async () => {
    const { bytes, result } = await read('public.orders', 'csv');
    const rows = '(SELECT * FROM public.orders ORDER BY day)';
    expect(String(bytes)).toBe(String(await copyOf(rows, { dbname: 'shop', format: 'csv' }, postgres)));
    expect(result.tables).toEqual(['public.orders_2023', 'public.orders_2024_a', 'public.orders_2024_b']);
  });

  it('gives the rows of partitions that are loaded through their root', async () => {
    const lines = String((await read('public.by_hash')).bytes)
      .trimEnd()
      .split('\n')
      .sort();
    const copied = String(await copyOf('(SELECT * FROM public.by_hash)', { dbname: 'shop' }, postgres));
    expect(lines).toEqual(copied.trimEnd().split('\n').sort());
    expect((await read('by_hash_0')).bytes.length).toBeLessThan(copied.length);
  });

  it.each([
    ['public.ordres_2023', "has no table 'public.ordres_2023'", "did you mean 'public.orders_2023'?"],
    ['PUBLIC.Large', "has no table 'PUBLIC.Large'", "did you mean 'public.large'?"],
    ['one', "'one' may be 'public.one', 'twice.one'", 'with its schema'],
    ['seen', "has no rows of 'public.seen'", 'it is a view'],
    ['left_out', "has no rows of 'public.left_out'", 'left out of the backup'],
    ['mixed', "'public.mixed_1' and 'public.mixed_2' do not have the same columns in the same order", 'one partition'],
  ])('writes nothing for %s and says why', async (table, message, hint) => {
    await expect(read(table)).rejects.toMatchObject({
      code: 'selection-empty',
      exitStatus: 2,
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    });
  });

  it.each([
    ['LATIN1', 'größe', 'länge'],
    ['SQL_ASCII', 'gr\\xf6\\xdfe', 'länge'],
  ])('keeps the bytes of a database in %s, and finds its names', async (encoding, table, column) => {
    const dbname = encoding.toLowerCase();
    await postgres.createDatabase(dbname, `TEMPLATE template0 ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C'`);
    const sql = `SET client_encoding = '${encoding}'; CREATE TABLE "größe" ("${column}" text); INSERT INTO "größe" VALUES ('été, "x"')`;
    const path = join(place.directory, `${dbname}.sql`);
    await writeFile(path, Buffer.from(sql, 'latin1'));
    const words = ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', dbname, '-f', path];
    await run(join(postgres.binDir, 'psql'), words, { env: { ...postgres.env } });
    await makeBackup(postgres, { dbname }, place);
    const text = await catOf(table, { name: dbname }, place);
    expect(text.bytes.toString('latin1')).toBe('été, "x"\n');
    expect(text.said).toContain(`in the encoding ${encoding}`);
    const csv = await catOf(`public.${table}`, { name: dbname, format: 'csv' }, place);
    expect(csv.bytes.toString('latin1')).toBe(`${column}\n"été, ""x"""\n`);
  });
});

function repositoryIn({ endpoint, accessKey, secretKey }: S3Server): Place['repository'] {
  const credentials = { accessKeyId: accessKey, secretAccessKey: secretKey };
  const storage = createS3Storage({ bucket: 'backups', prefix: 'pg', endpoint: parseEndpoint(endpoint), credentials });
  return { storage, cipher: createPlainCipher(), encryption: 'none' };
}
