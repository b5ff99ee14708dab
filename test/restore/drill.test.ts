import { readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { isBackuperError } from '@postgres-backuper/base';
import { type BackupRequest, type VerifyRequest, type VerifyResult, verify } from '@postgres-backuper/core';
import { type Postgres, run, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drill as drillOpened } from '../../packages/core/src/drill/drill.ts';
import { openBackup } from '../../packages/core/src/restore/opened-backup.ts';
import { createPlace, makeBackup, type Place, serverOf } from './harness.ts';

/** An extension that is there when the backup is made, and gone when it is drilled. */
const GONE = `backuper_gone_${process.pid}`;

/** Above the foreign table f. */
const POPULATED_VIEW = `CREATE VIEW v AS SELECT i FROM f; CREATE MATERIALIZED VIEW m AS SELECT i FROM v WITH NO DATA;
  UPDATE pg_class SET relispopulated = true WHERE relname = 'm'`;
const NO_CONNECTION = {
  error: undefined,
  backup: {
    ...{ ok: true, verdict: 'degraded', tables: [{ table: 't', proof: 'exact' }] },
    notRestored: [
      {
        ...{ object: 'MATERIALIZED VIEW DATA public m', lack: 'not-populated' },
        reason: expect.stringContaining('a drill connects to no foreign server'),
      },
    ],
  },
};

const NOTHING = { schemas: [], excludeSchemas: [], tables: [], excludeTables: [], excludeTableData: [] };

describe.each(testMajors())('a drill on a server unlike the original, on PostgreSQL %i', (major) => {
  let postgres: Postgres;
  let place: Place;
  let folder: string;
  beforeAll(async () => {
    [postgres, place] = await Promise.all([startPostgres({ major }), createPlace()]);
    folder = join((await run(join(postgres.binDir, 'pg_config'), ['--sharedir'])).trim(), 'extension');
  });
  afterAll(async () => {
    await dropExtension();
    await postgres?.stop();
    await place?.remove();
  });

  const files = () => [join(folder, `${GONE}.control`), join(folder, `${GONE}--1.sql`)] as const;
  const makeExtension = async () => {
    const [control, script] = files();
    await writeFile(control, "default_version = '1'\nrelocatable = true\n");
    await writeFile(
      script,
      `CREATE DOMAIN shade AS text; CREATE TABLE jobs (i int); SELECT pg_catalog.pg_extension_config_dump('jobs', '');`,
    );
  };
  const dropExtension = () => Promise.all(files().map((file) => rm(file, { force: true })));
  /** Label of the newest backup of each database. */
  const newest = new Map<string, string>();
  const database = async (name: string, sql: string, options = '', request: Partial<BackupRequest> = {}) => {
    await postgres.createDatabase(name, `TEMPLATE template0 ${options}`);
    await postgres.psql(sql, name);
    const label = await makeBackup(postgres, { dbname: name, ...request }, place);
    newest.set(name, label);
    return label;
  };
  const given = { where: 'given', maintenanceDatabases: ['postgres'], jobs: 2 } as const;
  const drill = async (name: string, request: Partial<VerifyRequest> = {}, env = {}) => {
    const context = place.context();
    const asked = { name, target: { latest: true }, level: 'restore', drill: given, ...request } as const;
    const { env: all, ...rest } = serverOf(postgres, 'postgres');
    const services = { repository: place.repository, server: { ...rest, env: { ...all, ...env } } };
    const { result, error } = await verify(asked, services, context).then(
      (made) => ({ result: made, error: undefined }),
      (thrown) => {
        if (!isBackuperError(thrown) || thrown.result === undefined) throw thrown;
        return { result: thrown.result as VerifyResult, error: thrown };
      },
    );
    const warnings = context.events.flatMap((event) => (event.type === 'warning' ? [event.text] : []));
    return { backup: result.backups[0], error, warnings };
  };
  const recordsOf = async (name: string) => {
    const folder = join(place.directory, 'repository', name, 'records', newest.get(name) ?? '');
    const all = await readdir(folder).catch(() => []);
    return all.flatMap((key) => /verify-[a-z-]+(?=\.json)/.exec(key)?.[0] ?? []);
  };

  it('is exact, and says so in its record', async () => {
    await database('plain', 'CREATE TABLE t AS SELECT generate_series(1, 10) AS i');
    expect(await drill('plain')).toMatchObject({
      backup: { ok: true, verdict: 'exact', notRestored: [] },
      warnings: [],
    });
    expect(await recordsOf('plain')).toEqual(['verify-restore-exact']);
  });

  it('is degraded without an extension, whose tables are read all the same', async () => {
    await makeExtension();
    await database(
      'extended',
      `CREATE EXTENSION ${GONE}; INSERT INTO jobs VALUES (1), (2); CREATE TABLE t AS SELECT 1 AS i`,
    );
    await dropExtension();
    const { backup, error, warnings } = await drill('extended');
    expect(error).toBeUndefined();
    expect(backup).toMatchObject({
      ok: true,
      verdict: 'degraded',
      damage: [],
      tables: [{ table: 't', proof: 'exact' }],
    });
    expect(backup?.notRestored.map(({ object }) => object)).toEqual([`EXTENSION ${GONE}`, 'TABLE DATA public jobs']);
    expect(backup?.notRestored[1]?.reason).toContain('2 rows read from the backup');
    expect(warnings.at(-1)).toContain(`is degraded: every row is proven, but not 'EXTENSION ${GONE}'`);
    expect(await recordsOf('extended')).toEqual(['verify-restore-degraded']);
    expect((await drill('extended', { strict: true })).error).toMatchObject({ code: 'drill-degraded', exitStatus: 1 });
  });

  it('is degraded where a backup of a part left out the parent of a table, whose rows are read all the same', async () => {
    const sql = `CREATE TABLE p (i int); CREATE TABLE c (j int) INHERITS (p); CREATE TABLE g () INHERITS (c); INSERT INTO c VALUES (1, 2), (3, 4);
      INSERT INTO g VALUES (5, 6); CREATE INDEX ON c (j); CREATE TABLE t AS SELECT 1 AS i;`;
    await database('inherited', sql, '', { selection: { ...NOTHING, excludeTables: ['p'] } });
    const { backup, error } = await drill('inherited');
    expect(error).toBeUndefined();
    expect(backup).toMatchObject({
      ok: true,
      verdict: 'degraded',
      damage: [],
      tables: [{ table: 't', proof: 'exact' }],
    });
    const rows = backup?.notRestored.filter(({ object }) => object.startsWith('TABLE DATA'));
    expect(rows).toMatchObject([
      { object: 'TABLE DATA public c', reason: expect.stringMatching(/"public.p" does not exist.*2 rows read/) },
      { object: 'TABLE DATA public g', reason: expect.stringMatching(/"public.c" does not exist.*1 row read/) },
    ]);
    expect(await recordsOf('inherited')).toEqual(['verify-restore-degraded']);
  });

  it('fails without a type that a table needs, says why, and does not condemn the backup', async () => {
    await makeExtension();
    await database(
      'typed',
      `CREATE EXTENSION ${GONE}; CREATE TABLE t (s shade); INSERT INTO t VALUES ('x'); CREATE TABLE u ()`,
    );
    await dropExtension();
    const { backup, error } = await drill('typed');
    expect(error).toMatchObject({ code: 'drill-inconclusive', exitStatus: 2, message: expect.stringContaining(GONE) });
    expect(backup).toMatchObject({ ok: false, verdict: 'failed', inconclusive: true });
    expect(backup?.damage).toEqual([
      { table: 'public.t', text: expect.stringMatching(/type "public.shade" does not exist/) },
    ]);
    expect(await recordsOf('typed')).toEqual([]);
  });

  it('falls back to another locale where the server lacks that of the original', async () => {
    const label = await database('sorted', 'CREATE TABLE t AS SELECT 1 AS i');
    const context = place.context();
    const backup = await openBackup({ name: 'sorted', target: { label } }, place.repository, context);
    const there = { ...backup.catalog.database, collate: 'xx_XX.utf8', ctype: 'xx_XX.utf8' };
    const elsewhere = { ...backup, catalog: { ...backup.catalog, database: there } };
    const drilled = await drillOpened(elsewhere, given, { server: serverOf(postgres, 'postgres'), context });
    expect(drilled).toMatchObject({ notTested: ['collation'], objects: [], tables: [{ table: 't', proof: 'exact' }] });
  });

  it('runs no program of a foreign table', async () => {
    const trace = join(place.directory, 'trace');
    await database(
      'program',
      `CREATE EXTENSION file_fdw; CREATE SERVER near FOREIGN DATA WRAPPER file_fdw;
       CREATE FOREIGN TABLE f (i int) SERVER near OPTIONS (program 'touch "${trace}"; echo 1');
       CREATE TABLE t AS SELECT 1 AS i; ${POPULATED_VIEW}`,
    );
    expect(await drill('program')).toMatchObject(NO_CONNECTION);
    expect(await readdir(place.directory)).not.toContain('trace');
  });

  it('connects to no foreign server', async ({ skip }) => {
    const loads = await postgres.psql("LOAD 'postgres_fdw'").then(
      () => true,
      () => false,
    );
    if (!loads) skip('postgres_fdw is built for another libpq');
    let connections = 0;
    const other = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => void other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    try {
      await database(
        'foreign',
        `CREATE EXTENSION postgres_fdw; CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '${port}');
         CREATE USER MAPPING FOR PUBLIC SERVER far; CREATE FOREIGN TABLE f (i int) SERVER far;
         CREATE TABLE t AS SELECT 1 AS i; ${POPULATED_VIEW}`,
      );
      expect(await drill('foreign')).toMatchObject(NO_CONNECTION);
      expect(connections).toBe(0);
    } finally {
      other.close();
    }
  });
});
