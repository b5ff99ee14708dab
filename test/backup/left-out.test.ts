import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackupResult } from '@postgres-backuper/core';
import { type Postgres, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../cli/run-cli.ts';

const SQL = `
  CREATE TABLE "Session" (i int); INSERT INTO "Session" VALUES (1);
  CREATE TABLE ev (i int) PARTITION BY RANGE (i); CREATE TABLE ev1 PARTITION OF ev FOR VALUES FROM (0) TO (10);
  INSERT INTO ev VALUES (1); CREATE SCHEMA "Sales"; CREATE TABLE "Sales".b (i int);
  CREATE TABLE customers (i int PRIMARY KEY); CREATE TABLE orders (i int CONSTRAINT whose REFERENCES customers);
  INSERT INTO customers VALUES (1); INSERT INTO orders VALUES (1);
  CREATE UNLOGGED TABLE cache (id serial, text text); INSERT INTO cache (text) SELECT 'x' FROM generate_series(1, 1000);
  CREATE FOREIGN DATA WRAPPER nowhere; CREATE SERVER far FOREIGN DATA WRAPPER nowhere; CREATE FOREIGN TABLE f (i int) SERVER far;`;

describe.each(testMajors().slice(-1))('what a backup of PostgreSQL %i leaves out', (major) => {
  let primary: Postgres;
  let standby: Postgres;
  let folder: string;
  beforeAll(async () => {
    primary = await startPostgres({ major });
    await primary.createDatabase('app');
    await primary.psql(SQL, 'app');
    standby = await startPostgres({ major, standbyOf: primary });
    folder = await mkdtemp(join(tmpdir(), 'left-out-'));
  });
  afterAll(async () => {
    await standby?.stop();
    await primary?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const run = async (server: Postgres, command: string, ...args: readonly string[]) => {
    const repository = { BACKUP_REPOSITORY: join(folder, 'repository'), BACKUP_ENCRYPTION: 'none' };
    const env = { ...server.env, PGDATABASE: 'app', ...repository, PG_BIN_DIR: server.binDir };
    const { status, stdout, stderr } = await runCli([command, ...args, '--json'], env);
    const { result, error } = JSON.parse(stdout);
    return { status, stderr, result, error, backup: result?.backups?.[0] as BackupResult };
  };

  it('is named for patterns that match nothing, and takes partitions along', async () => {
    const patterns = [
      '--exclude-table-data=Session',
      '--exclude-table-data=ev',
      '--exclude-schema=sales',
      '--exclude-table=custmers',
      '--exclude-table=nope',
    ];
    const { status, backup, stderr } = await run(primary, 'backup', ...patterns);
    expect(status).toBe(0);
    expect(backup.warnings).toEqual([
      '--exclude-schema sales matches no schema; did you mean "Sales"?',
      '--exclude-table custmers matches no table; did you mean public.customers?',
      '--exclude-table nope matches no table',
      '--exclude-table-data Session matches no table; did you mean public."Session"?',
    ]);
    expect(stderr).toContain("1 partition of 'public.ev': left without rows with it ('public.ev1')");
    expect(backup.exclusions.at(-1)).toBe("rows of 'public.ev1'");
    const right = ['--exclude-table-data="Session"', '--exclude-table-data=ev*', '--exclude-schema="Sales"'];
    const meant = await run(primary, 'backup', ...right);
    expect(meant.backup.warnings).toEqual([]);
    expect(meant.backup.exclusions.slice(3)).toEqual(["rows of 'public.Session'", "rows of 'public.ev1'"]);
  });

  it('ends the backup when what alone was asked for is not there', async () => {
    const { status, error } = await run(primary, 'backup', '--table=orders', '--table=session');
    expect(status).toBe(2);
    expect(error).toMatchObject({
      code: 'selection-empty',
      message: '--table session matches no table; did you mean public."Session"?',
    });
    const { backup, stderr } = await run(primary, 'backup', '--table=ev', '--table=orders');
    expect(stderr).toContain("1 partition of 'public.ev': in the backup with it ('public.ev1')");
    expect(backup.totals).toMatchObject({ tables: 2 });
    expect(backup.warnings).toEqual([
      "'public.orders' refers to 'public.customers', which is not in the backup: a restore cannot make the foreign key 'whose'",
    ]);
  });

  it('is told of a foreign key whose rows are left out, and of foreign tables', async () => {
    const { backup, stderr } = await run(primary, 'backup', '--exclude-table-data=customers');
    expect(backup.exclusions).toEqual(['--exclude-table-data customers', "rows of 'public.customers'"]);
    expect(backup.warnings).toEqual([
      "rows of 'public.orders' refer to rows of 'public.customers' that are left out: after a restore the foreign key 'whose' is not valid",
    ]);
    expect(stderr).toContain('rows of 1 foreign table stay where they are');
    const list = await run(primary, 'list');
    expect(list.result.repositories[0].backups[0]).toMatchObject({ warnings: 1, exclusions: 2 });
  });

  it('is named when a standby has no rows of unlogged tables, and allowed by name', async () => {
    const { status, backup, error } = await run(standby, 'backup');
    expect(status).toBe(4);
    expect(backup.missingData).toContainEqual({ schema: 'public', table: 'cache' });
    expect(backup.exclusions[0]).toMatch(/^content of 'public.cache', which is unlogged/);
    expect(error.message).toContain("not in the backup: 'public.cache'");
    const names = backup.missingData.map(({ schema, table }) => `--allow-missing-data=${schema}.${table}`);
    expect((await run(standby, 'backup', ...names)).status).toBe(0);
    expect((await run(standby, 'backup', '--allow-missing-data=*')).status).toBe(0);
    expect((await run(standby, 'backup', '--exclude-table-data=cache*')).status).toBe(0);
    const { result } = await run(standby, 'check');
    expect(result.items).toContainEqual(expect.objectContaining({ what: 'unlogged tables', state: 'warning' }));
    expect((await run(primary, 'backup')).backup).toMatchObject({ missingData: [], exclusions: [], warnings: [] });
  });
});
