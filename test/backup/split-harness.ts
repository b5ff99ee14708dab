import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { exportBackup } from '@postgres-backuper/core';
import type { Catalog } from '@postgres-backuper/format';
import { readDocuments } from '@postgres-backuper/repository';
import type { Postgres } from '@postgres-backuper/testing';
import { readCommit } from '../../packages/repository/src/backups/read-commit.ts';
import { makeBackup, type Place } from '../restore/harness.ts';

/** Rows that are hard to copy: every table is many blocks long. Ends with tables that are special in some way. */
export const HARD_TABLES = `
CREATE TABLE plain AS SELECT g AS id, repeat(md5(g::text), g % 9) AS text FROM generate_series(1, 40000) g;
CREATE SCHEMA "Odd.""$?*|+()[]{}\\^ ünï";
CREATE TABLE "Odd.""$?*|+()[]{}\\^ ünï"."Ta.b""le$ *?|\\d+
new line" ("select" int, "two ""words""" text, ctid_ tid, "end" jsonb);
INSERT INTO "Odd.""$?*|+()[]{}\\^ ünï"."Ta.b""le$ *?|\\d+
new line" SELECT g, E'a\\\\b\\n\\t\\r' || chr(8) || g || E'\\\\.', '(1,2)', jsonb_build_object('k', E'\\n', 'n', g) FROM generate_series(1, 30000) g;
CREATE TABLE "Odd.""$?*|+()[]{}\\^ ünï"."Ta.b" (i int);
INSERT INTO "Odd.""$?*|+()[]{}\\^ ünï"."Ta.b" SELECT generate_series(1, 50000);
CREATE TABLE nulls (a int, b text, c timestamptz, d float8, e bytea, f interval);
INSERT INTO nulls SELECT nullif(g % 3, 0), CASE g % 4 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN '\\N' ELSE 'x' END,
  to_timestamp(g * 1e5), g / 3.0, decode(md5(g::text), 'hex'), make_interval(days => g, secs => g / 7.0) FROM generate_series(1, 30000) g;
CREATE TABLE toasted (id int, wide text);
ALTER TABLE toasted ALTER wide SET STORAGE EXTERNAL;
INSERT INTO toasted SELECT g, repeat(md5(g::text), 4000) FROM generate_series(1, 200) g;
INSERT INTO toasted SELECT g, 'short' FROM generate_series(1, 60000) g;
INSERT INTO toasted SELECT g, repeat(md5(g::text), 4000) FROM generate_series(1, 100) g;
CREATE TABLE holes (id int, text text, gone int, later int GENERATED ALWAYS AS (id * 2) STORED) WITH (autovacuum_enabled = off);
INSERT INTO holes SELECT g, md5(g::text), g FROM generate_series(1, 60000) g;
DELETE FROM holes WHERE id BETWEEN 10000 AND 45000;
UPDATE holes SET text = 'moved' WHERE id % 10 = 0;
ALTER TABLE holes DROP gone;
ALTER TABLE holes ADD added int DEFAULT 7;
CREATE TABLE emptied (id int) WITH (autovacuum_enabled = off);
INSERT INTO emptied SELECT generate_series(1, 50000);
DELETE FROM emptied;
CREATE TABLE parent (id int); CREATE TABLE child (x text) INHERITS (parent);
INSERT INTO parent SELECT generate_series(1, 40000); INSERT INTO child SELECT g, md5(g::text) FROM generate_series(1, 40000) g;
CREATE TABLE no_columns (); INSERT INTO no_columns SELECT FROM generate_series(1, 30000);
CREATE UNLOGGED TABLE unlogged AS SELECT * FROM plain;
CREATE TABLE secret AS SELECT * FROM plain; ALTER TABLE secret ENABLE ROW LEVEL SECURITY;
CREATE TABLE parted (id int, text text) PARTITION BY RANGE (id);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (20000);
CREATE TABLE parted_2 PARTITION OF parted DEFAULT;
INSERT INTO parted SELECT g, md5(g::text) FROM generate_series(1, 40000) g;
CREATE INDEX ON plain (id); ALTER TABLE nulls ADD k serial PRIMARY KEY;`;

export interface Made {
  readonly label: string;
  readonly catalog: Catalog;
  /** toc.dat without the time of the dump. */
  readonly toc: Buffer;
}

/** Makes a backup and reads what it holds. */
export async function backedUp(
  server: Postgres,
  { place, ...options }: { readonly place: Place } & Parameters<typeof makeBackup>[1],
): Promise<Made> {
  const label = await makeBackup(server, options, place);
  const name = options.dbname;
  const commit = await readCommit({ name, label }, place.repository);
  const { catalog } = await readDocuments(commit, place.repository);
  const directory = join(place.directory, `exported-${label}`);
  const services = { repository: place.repository };
  const { dumpDirectory } = await exportBackup({ name, target: { label }, directory }, services, place.context());
  const toc = await readFile(join(dumpDirectory, 'toc.dat'));
  await rm(directory, { recursive: true });
  return { label, catalog, toc: withoutTime(toc) };
}

/** Of a toc.dat: seven integers of five bytes; from archive version 1.15 on one byte of compression is before them, else an integer. */
export function withoutTime(toc: Buffer): Buffer {
  const at = (toc[6] ?? 0) >= 15 ? 12 : 16;
  return Buffer.concat([toc.subarray(0, at), toc.subarray(at + 35)]);
}
