import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type BackupRequest, backup } from '@postgres-backuper/core';
import { listBackups, readDocuments } from '@postgres-backuper/repository';
import { type Postgres, startPostgres, startTcpProxy, type TcpProxy, testMajors } from '@postgres-backuper/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readCommit } from '../../packages/repository/src/backups/read-commit.ts';
import { createPlace, type Place, serverOf } from '../restore/harness.ts';

const run = promisify(execFile);
const NOTHING = { schemas: [], excludeSchemas: [], tables: [], excludeTables: [], excludeTableData: [] };
const REQUEST: BackupRequest = {
  ...{ name: 'db', selection: NOTHING, jobs: 2, splitFromBytes: 1024 ** 2, segmentBytes: 8 * 1024 ** 2 },
  ...{ lockTimeoutMs: 60_000, yieldAfterMs: undefined, globals: false, largeObjects: false, rotation: undefined },
};
const READERS = "FROM pg_stat_activity WHERE query LIKE 'COPY (SELECT%ctid%' AND query NOT LIKE '%pg_stat%'";
const RANGES = `${READERS} AND state = 'active'`;

describe.each(testMajors())('while tables are read in ranges, on PostgreSQL %i', (major) => {
  let server: Postgres;
  let proxy: TcpProxy;
  let place: Place;
  let tempDir: string;
  const others: Promise<unknown>[] = [];
  beforeAll(async () => {
    server = await startPostgres({ major, settings: { log_statement: 'all' } });
    proxy = await startTcpProxy(server);
  });
  afterAll(async () => {
    await proxy?.stop();
    await server?.stop();
  });
  beforeEach(async () => {
    place = await createPlace();
    tempDir = await mkdtemp(join(place.directory, 'temp-'));
    await server.createDatabase('db', 'TEMPLATE template0');
    await server.psql(
      `CREATE TABLE big AS SELECT g AS id, repeat(md5(g::text), 8) AS text FROM generate_series(1, 150000) g;
       CREATE TABLE small AS SELECT generate_series(1, 100) AS id`,
      'db',
    );
  });
  afterEach(async () => {
    proxy.set({});
    await server.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'db'");
    await Promise.allSettled(others.splice(0));
    await server.psql('DROP DATABASE db WITH (FORCE)');
    await place.remove();
  });

  const begin = (request: Partial<BackupRequest> = {}) => {
    const env = { ...serverOf(server, 'db').env, PGPORT: String(proxy.port) };
    const services = { server: { env, binDirs: [server.binDir] }, destinations: [place.repository] };
    const made = backup({ ...REQUEST, ...request }, services, { ...place.context(), tempDir });
    made.catch(() => undefined);
    return made;
  };
  /** Until a range is being read; then slows the connection down, so that the ranges take half a minute. */
  const untilReading = async (made: Promise<unknown>) => {
    const over = made.then(() => {
      throw new Error('the backup ended before a range was seen');
    });
    await Promise.race([server.until(`EXISTS (SELECT ${RANGES})`), over]);
    proxy.set({ delayMs: 200 });
  };
  const beginSlowly = async (request: Partial<BackupRequest> = {}) => {
    proxy.set({ delayMs: 3 });
    const made = begin(request);
    await untilReading(made);
    return { made };
  };
  /** What one COPY of the table sends now. */
  const copied = async () => {
    const text = `${await server.psql('SET synchronize_seqscans = off; COPY big TO STDOUT', 'db')}\n`;
    const sha256 = createHash('sha256').update(text).digest('hex');
    return { rows: text.split('\n').length - 1, bytes: text.length, sha256 };
  };
  /** What the backup holds of the table. */
  const stored = async (made: ReturnType<typeof backup>) => {
    const { label } = await made;
    const { catalog } = await readDocuments(
      await readCommit({ name: 'db', label }, place.repository),
      place.repository,
    );
    return catalog.tables.find(({ table }) => table === 'big');
  };
  const nothingIsLeft = async () => {
    expect(await readdir(tempDir)).toEqual([]);
    expect((await listBackups({ name: 'db' }, place.repository)).backups).toEqual([]);
    await expect
      .poll(() => server.psql("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'postgres-backuper%'"))
      .toBe('0');
  };

  it('a client program that is killed fails the backup', async () => {
    const { made } = await beginSlowly();
    const { stdout } = await run('ps', ['--ppid', String(process.pid), '-o', 'pid=,comm=']);
    const last = [...stdout.matchAll(/(\d+) psql/g)].map(([, pid]) => Number(pid)).at(-1);
    process.kill(last as number, 'SIGKILL');
    await expect(made).rejects.toMatchObject({ code: 'server-unavailable' });
    await nothingIsLeft();
  });

  it('a session that the server ends fails the backup, and the next one is whole', async () => {
    const { made } = await beginSlowly();
    // one that has just read a range may be between two
    expect(await server.psql(`SELECT pg_terminate_backend(pid) ${READERS} LIMIT 1`)).toBe('t');
    await expect(made).rejects.toMatchObject({ code: 'server-unavailable' });
    await nothingIsLeft();
    proxy.set({});
    expect(await stored(begin())).toMatchObject(await copied());
  });

  it('rows that change meanwhile are those of the snapshot', async () => {
    const before = await copied();
    const { made } = await beginSlowly();
    await server.psql(
      `INSERT INTO big SELECT g, 'new' FROM generate_series(1, 20000) g;
       UPDATE big SET text = 'changed' WHERE id % 7 = 0;
       DELETE FROM big WHERE id > 140000`,
      'db',
    );
    await server.psql('VACUUM big', 'db');
    proxy.set({});
    expect(await stored(made)).toMatchObject(before);
    expect(await copied()).not.toEqual(before);
  });

  it('as many connections as check asks for are enough', async () => {
    const limit = 2 * REQUEST.jobs + 3;
    await server.psql('DROP ROLE IF EXISTS narrow');
    await server.psql(`CREATE ROLE narrow LOGIN PASSWORD 'narrow' CONNECTION LIMIT ${limit} IN ROLE pg_read_all_data`);
    const { env } = serverOf(server, 'db');
    const narrow = { env: { ...env, PGUSER: 'narrow', PGPASSWORD: 'narrow' }, binDirs: [server.binDir] };
    await server.psql('ANALYZE big', 'db');
    const services = { server: narrow, destinations: [place.repository] };
    expect(await backup(REQUEST, services, { ...place.context(), tempDir })).toMatchObject({ warnings: [] });
  });

  it('a migration that waits for the table is seen, and let through with --yield-after', async () => {
    const { made } = await beginSlowly({ yieldAfterMs: 2000 });
    others.push(server.psql('ALTER TABLE big ADD late int', 'db'));
    await expect(made).rejects.toMatchObject({ code: 'yielded-to-migration' });
    await others[0];
    await nothingIsLeft();
  });

  it('only tables above the size are read so, and none with one connection', async () => {
    const read = async (request: Partial<BackupRequest>) => {
      const before = server.log().length;
      await begin(request);
      return [
        ...new Set(
          server
            .log()
            .slice(before)
            .match(/FROM ONLY \S+/g),
        ),
      ];
    };
    expect(await read({})).toEqual(['FROM ONLY "public"."big"']);
    expect(await read({ splitFromBytes: 1024 ** 3 })).toEqual([]);
    expect(await read({ jobs: 1 })).toEqual([]);
    expect(await read({ splitFromBytes: undefined })).toEqual([]);
  });
});
