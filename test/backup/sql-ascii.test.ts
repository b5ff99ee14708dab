import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Postgres, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../cli/run-cli.ts';

const run = promisify(execFile);

/** Names in ISO 8859-15 and Shift-JIS, with bytes that are no UTF-8; `\xe9\xff` is the table's. */
const LATIN1 = `CREATE SCHEMA "sch\xe9ma"; CREATE DOMAIN "sch\xe9ma"."d\xf6" AS int;
  CREATE TABLE "sch\xe9ma"."\xe9\xff" ("gr\xf6\xdfe" text, id "sch\xe9ma"."d\xf6" PRIMARY KEY); CREATE TABLE "\x83\x5c\x83\x7d" (i int);
  INSERT INTO "sch\xe9ma"."\xe9\xff" SELECT E'\xe9\xe8\xff' || g, g FROM generate_series(1, 100) g; INSERT INTO "\x83\x5c\x83\x7d" VALUES (1);
  COMMENT ON TABLE "sch\xe9ma"."\xe9\xff" IS 'f\xfcr sp\xe4ter'; CREATE VIEW "v\xfc" AS SELECT "gr\xf6\xdfe" AS "\xfc" FROM "sch\xe9ma"."\xe9\xff";
  CREATE SEQUENCE "s\xe9q"; SELECT nextval('"s\xe9q"'); CREATE INDEX "i\xe9" ON "sch\xe9ma"."\xe9\xff" ("gr\xf6\xdfe");
  COMMENT ON DATABASE ascii IS 'caf\xe9'; ALTER DATABASE ascii SET application_name = 'caf\xe9'; CREATE TABLE "\u{c3}\u{a9}t\u{c3}\u{a9}" (i int);`;

describe.each(testMajors())('a database in SQL_ASCII on PostgreSQL %i', (major) => {
  let server: Postgres;
  let folder: string;
  beforeAll(async () => {
    server = await startPostgres({ major });
    folder = await mkdtemp(join(tmpdir(), 'sql-ascii-'));
    await server.createDatabase('ascii', "TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'");
    await writeFile(join(folder, 'ascii.sql'), Buffer.from(LATIN1, 'latin1'));
    await psql('ascii', '--file', join(folder, 'ascii.sql'));
  });
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const psql = async (dbname: string, ...args: readonly string[]) => {
    const env = { ...server.env, PGDATABASE: dbname, PGCLIENTENCODING: 'SQL_ASCII' };
    const options = { env, encoding: 'latin1' as const };
    return (await run(join(server.binDir, 'psql'), ['-XAtq', '-v', 'ON_ERROR_STOP=1', ...args], options)).stdout;
  };
  const dump = async (dbname: string) => {
    const env = { ...server.env, PGDATABASE: dbname };
    const { stdout } = await run(join(server.binDir, 'pg_dump'), [], { env, encoding: 'latin1', maxBuffer: 1e8 });
    return stdout.replaceAll(/^\\(un)?restrict .*\n/gm, '');
  };
  const cli = async (command: string, ...args: readonly string[]) => {
    const env = { BACKUP_REPOSITORY: join(folder, 'repository'), BACKUP_ENCRYPTION: 'none', PG_BIN_DIR: server.binDir };
    const end = await runCli([command, ...args], { ...server.env, PGDATABASE: 'ascii', ...env });
    expect(end.status, end.stderr).toBe(0);
    return end;
  };

  it('with names, comments and values that are no UTF-8 is backed up, listed, proven and restored', async () => {
    await cli('check');
    const { stdout, stderr } = await cli('backup', '--split-tables', '1B', '--json');
    const { largestTables } = JSON.parse(stdout).result.backups[0];
    expect(largestTables[0]).toMatchObject({ schema: 'sch\udce9ma', table: '\udce9\udcff', rows: 100 });
    expect(stderr).not.toContain('\ufffd');
    await cli('list');
    await cli('verify', 'latest', '--level', 'content');
    await cli('restore', 'latest', '--into', 'again');
    expect(await dump('again')).toBe(await dump('ascii'));
    const facts = `SELECT shobj_description(oid, 'pg_database'), (SELECT setconfig FROM pg_db_role_setting WHERE setdatabase = oid)
      FROM pg_database WHERE datname = current_database()`;
    expect(await psql('again', '-c', facts)).toBe(await psql('ascii', '-c', facts));
    await cli('verify', 'latest', '--level', 'restore', '--drill-on', 'server');
  });

  it('is not the only one without UTF8: one in MULE_INTERNAL is refused for good', async () => {
    await server.createDatabase('mule', "TEMPLATE template0 ENCODING 'MULE_INTERNAL' LC_COLLATE 'C' LC_CTYPE 'C'");
    const env = { ...server.env, PG_BIN_DIR: server.binDir, BACKUP_REPOSITORY: folder, BACKUP_ENCRYPTION: 'none' };
    const { status, stderr } = await runCli(['backup', '--dbname=mule'], env);
    expect(status).toBe(2);
    expect(stderr).toContain('its encoding (MULE_INTERNAL) has no conversion to UTF8');
    await server.psql('DROP DATABASE mule');
  });

  it('with a name that is no UTF-8 itself is named', async () => {
    await writeFile(
      join(folder, 'name.sql'),
      Buffer.from('DROP DATABASE IF EXISTS "caf\xe9";\nCREATE DATABASE "caf\xe9"', 'latin1'),
    );
    await psql('ascii', '--file', join(folder, 'name.sql'));
    const env = { ...server.env, PG_BIN_DIR: server.binDir, BACKUP_REPOSITORY: folder, BACKUP_ENCRYPTION: 'none' };
    const { status, stdout } = await runCli(['check', '--all-databases'], env);
    expect(status).toBe(4);
    expect(stdout).toContain("the name of database 'caf\\xe9' is not UTF-8");
  });

  it('is not the only one whose names pg_dump cannot be given: the pattern is named', async () => {
    await server.createDatabase('latin1', "TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'");
    await server.psql(`SET client_encoding = 'UTF8'; CREATE TABLE "größe" (i int)`, 'latin1');
    const { stdout } = await cli('backup', '--dbname=latin1', '--exclude-table=größe', '--json');
    expect(JSON.parse(stdout).result.backups[0].warnings).toEqual([
      '--exclude-table größe cannot be given to pg_dump in a database in LATIN1: write ? for each character beyond ASCII',
    ]);
    const meant = await cli('backup', '--dbname=latin1', '--exclude-table=gr??e', '--json');
    expect(JSON.parse(meant.stdout).result.backups[0]).toMatchObject({ warnings: [], totals: { tables: 0 } });
  });
});
