import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BackupResult, RestoreResult } from '@postgres-backuper/core';
import { type Postgres, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../cli/run-cli.ts';

const SQL = `
  CREATE ROLE reader; CREATE ROLE stranger; CREATE EXTENSION citext; CREATE SCHEMA sales;
  CREATE TABLE public.a (x citext); INSERT INTO public.a VALUES ('q');
  CREATE TABLE sales.b (i int PRIMARY KEY, x public.citext); INSERT INTO sales.b VALUES (1, 'z');
  CREATE VIEW public.v AS SELECT * FROM sales.b;
  CREATE SCHEMA types; GRANT USAGE ON SCHEMA types TO reader; COMMENT ON SCHEMA types IS 'those of ours';
  CREATE TYPE types.mood AS ENUM ('sad', 'glad'); CREATE TYPE types.pair AS (m types.mood, n int);
  CREATE DOMAIN types.word AS public.citext CHECK (VALUE <> '');
  CREATE FUNCTION types.f(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1 + 1';
  CREATE FUNCTION types.tell() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TABLE types.counted (i int); CREATE SEQUENCE types.count OWNED BY types.counted.i; COMMENT ON SEQUENCE types.count IS 'of many';
  CREATE TABLE public.t (id serial, n bigint DEFAULT nextval('types.count'), m types.mood[], w types.word, p types.pair, i int DEFAULT types.f(1), CHECK (types.f(i) > 0));
  INSERT INTO public.t (m, w, p) SELECT '{sad,glad}', 'w', '(sad,1)' FROM generate_series(1, 1000);
  CREATE INDEX ON public.t (types.f(i)); CREATE TRIGGER tell AFTER INSERT ON public.t EXECUTE FUNCTION types.tell();
  CREATE TABLE ev (i int) PARTITION BY RANGE (i); CREATE SCHEMA "Old";
  CREATE TABLE ev1 PARTITION OF ev FOR VALUES FROM (0) TO (10);
  CREATE TABLE "Old"."ev|2" PARTITION OF ev FOR VALUES FROM (10) TO (20) PARTITION BY RANGE (i);
  CREATE TABLE "Old".ev3 PARTITION OF "Old"."ev|2" FOR VALUES FROM (10) TO (15); INSERT INTO ev VALUES (1), (11);
  CREATE SCHEMA shop; CREATE TABLE shop.customers (i int PRIMARY KEY); INSERT INTO shop.customers VALUES (1);
  CREATE TABLE shop.orders (i int CONSTRAINT whose REFERENCES shop.customers); INSERT INTO shop.orders VALUES (1);
  ALTER TABLE shop.orders OWNER TO stranger; CREATE EXTENSION hstore;`;

const TYPES =
  "schema 'types', extension 'citext', type 'types.mood', type 'types.pair', domain 'types.word', function 'types.f(integer)', function 'types.tell()', sequence 'types.count'";

const nameOf = ({ schema, table }: { readonly schema: string; readonly table: string }): string => `${schema}.${table}`;

describe.each(testMajors())('a backup of a part of PostgreSQL %i', (major) => {
  let server: Postgres;
  let folder: string;
  beforeAll(async () => {
    server = await startPostgres({ major });
    folder = await mkdtemp(join(tmpdir(), 'parts-'));
    await server.createDatabase('app');
    await server.psql(SQL, 'app');
    await server.createDatabase('many');
    await server.psql(SQL.replaceAll(/CREATE ROLE \w+;/g, ''), 'many');
    await server.psql(
      `DO $$ BEGIN FOR n IN 1..500 LOOP EXECUTE format('CREATE TABLE sales.n%s ()', n); END LOOP; END $$`,
      'many',
    );
  });
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const run = async (dbname: string, command: string, ...args: readonly string[]) => {
    const repository = { BACKUP_REPOSITORY: join(folder, 'repository'), BACKUP_ENCRYPTION: 'none' };
    const env = { ...server.env, PGDATABASE: dbname, ...repository, PG_BIN_DIR: server.binDir };
    const { status, stdout, stderr } = await runCli([command, ...args, '--json'], env);
    const { result, error } = JSON.parse(stdout);
    return { status, stderr, error, result, backup: result?.backups?.[0] as BackupResult };
  };
  /** Of the last backup. */
  const restore = async () => {
    await server.psql('DROP DATABASE IF EXISTS back', 'postgres');
    const { status, result } = await run(
      'app',
      'restore',
      'latest',
      '--into=back',
      `--not-restored-file=${join(folder, 'not-restored.sql')}`,
    );
    const { objects, tables }: RestoreResult = result;
    const lacks = objects.map(({ object, lack }) => `${object}: ${lack}`).sort();
    return { status, lacks, rows: tables.map(({ rows, ...table }) => `${nameOf(table)} ${rows}`).sort() };
  };

  it.each([
    ['app', ['--table=sales.b'], "schema 'sales', extension 'citext'", ['sales.b']],
    ['app', ['--schema=sales'], "extension 'citext'", ['sales.b']],
    ['app', ['--schema=public', '--exclude-table=v', '--exclude-table=ev'], TYPES, ['public.a', 'public.t']],
    ['app', ['--table=t', '--split-tables=8KiB', '--jobs=2'], TYPES, ['public.t']],
    ['many', ['--table=t'], TYPES, ['public.t']],
    [
      'app',
      ['--exclude-schema=(types|shop)', '--exclude-table=ev', '--exclude-table=v'],
      "schema 'types'",
      ['public.a', 'public.t', 'sales.b'],
    ],
    ['app', ['--table=ev'], "schema 'Old'", ['Old.ev3', 'public.ev1']],
  ] as const)('comes back into an empty database: %s %j', async (dbname, patterns, along, tables) => {
    const { status, backup, stderr } = await run(dbname, 'backup', ...patterns);
    expect({ status, warnings: backup.warnings }).toEqual({ status: 0, warnings: [] });
    expect(stderr).toContain(`what the selection stands on goes along: ${along}`);
    const { result, error } = await run(dbname, 'verify', 'latest', '--level=restore');
    expect(error).toBeUndefined();
    const [restored] = result.repositories[0].backups;
    expect(restored.tables.map(nameOf).sort()).toEqual(tables);
  });

  it('comes back by pg_restore alone, with privileges and comments of what goes along', async () => {
    await run('app', 'backup', '--schema=public', '--exclude-table=v', '--exclude-table=ev');
    const directory = await mkdtemp(join(folder, 'exported-'));
    const { result } = await run('app', 'export', 'latest', directory);
    await server.psql('DROP DATABASE IF EXISTS plain', 'postgres');
    await server.createDatabase('plain');
    const args = ['--exit-on-error', '--jobs=2', '--dbname=plain', result.dumpDirectory];
    await promisify(execFile)(join(server.binDir, 'pg_restore'), args, { env: server.env });
    expect(
      (await server.psql("SELECT count(*), max(w), max(p::text), nextval('types.count') FROM t", 'plain')).trim(),
    ).toBe('1000|w|(sad,1)|1001');
    const schema = `SELECT obj_description(oid, 'pg_namespace'), has_schema_privilege('reader', oid, 'usage')
                      FROM pg_namespace WHERE nspname = 'types'`;
    expect((await server.psql(schema, 'plain')).trim()).toBe('those of ours|t');
    const shown = (await run('app', 'show', 'latest')).result;
    const names = (all: readonly { readonly name: string }[]): string[] => all.map(({ name }) => name);
    expect(names(shown.extensions)).toEqual(['citext', 'plpgsql']);
    expect(names(shown.roles)).toContain('reader');
    expect(names(shown.roles)).not.toContain('stranger');
  });

  it('tells beforehand of what a restore then cannot make, and comes back without it', async () => {
    const { backup } = await run('app', 'backup', '--table=v', '--table=ev1', '--table=shop.orders');
    expect(backup.warnings).toEqual([
      'partition public.ev1 stands on table public.ev, which is not in the backup: a restore cannot attach it; add --table public.ev',
      'view public.v stands on table sales.b, which is not in the backup: a restore cannot make it; add --table sales.b',
      "'shop.orders' refers to 'shop.customers', which is not in the backup: a restore cannot make the foreign key 'whose'",
    ]);
    const restored = await restore();
    expect(restored).toMatchObject({ status: 4, rows: ['public.ev1 1', 'shop.orders 1'] });
    expect(restored.lacks).toEqual([
      'FK CONSTRAINT shop orders whose: missing',
      'TABLE ATTACH public ev1: missing',
      'VIEW public v: missing',
    ]);
  });

  it('tells beforehand of a key to rows that are left out, which comes back as NOT VALID', async () => {
    const { backup } = await run('app', 'backup', '--exclude-table-data=shop.customers');
    expect(backup.warnings).toEqual([
      "rows of 'shop.orders' refer to rows of 'shop.customers' that are left out: after a restore the foreign key 'whose' is not valid",
    ]);
    expect(await restore()).toMatchObject({ status: 4, lacks: ['FK CONSTRAINT shop orders whose: not-valid'] });
    expect((await server.psql("SELECT convalidated FROM pg_constraint WHERE conname = 'whose'", 'back')).trim()).toBe(
      'f',
    );
  });
});
