import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BackuperError, type Event } from '@postgres-backuper/base';
import { type BackupRequest, backup } from '@postgres-backuper/core';
import { createOpenPgpCipher, generateKeyPair } from '@postgres-backuper/openpgp';
import { listBackups, type Repository, readDocuments, retrying, type Storage } from '@postgres-backuper/repository';
import { createLocalStorage } from '@postgres-backuper/storage-local';
import { createSampleDatabase, faulty, type Postgres, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCommit } from '../../packages/repository/src/backups/read-commit.ts';
import { testContext } from '../test-context.ts';

const run = promisify(execFile);
const NOTHING = { schemas: [], excludeSchemas: [], tables: [], excludeTables: [], excludeTableData: [] };
const REQUEST: BackupRequest = {
  ...{ name: 'sample', selection: NOTHING, jobs: 3, segmentBytes: 1024 * 1024, lockTimeoutMs: 2000 },
  ...{ yieldAfterMs: undefined, globals: true, largeObjects: true, rotation: undefined },
};

/** Lets nothing else run for 600 ms, so many times with a short breath between. */
function busyFor(times: number): void {
  const until = performance.now() + 600;
  while (performance.now() < until);
  if (times > 1) setImmediate(() => busyFor(times - 1));
}

async function keysIn({ storage }: Repository): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of storage.list('')) keys.push(key);
  return keys;
}

async function opened(repository: Repository, label: string) {
  const commit = await readCommit({ name: 'sample', label }, repository);
  return { commit, catalog: (await readDocuments(commit, repository)).catalog };
}

describe.each(testMajors())('backup of PostgreSQL %i', (major) => {
  let server: Postgres;
  let base: string;
  let repository: (storage?: Storage) => Promise<Repository>;

  beforeAll(async () => {
    server = await startPostgres({ major });
    await createSampleDatabase(server, { dbname: 'sample', megabytes: 6 });
    base = await mkdtemp(join(tmpdir(), 'backup-'));
    const keys = await generateKeyPair({ passphrase: 'secret', now: Date.now() });
    const cipher = await createOpenPgpCipher({
      ...{
        publicKeys: [keys.publicKey],
        privateKeys: [keys.privateKey],
        privateKeyPassphrase: 'secret',
        now: Date.now(),
      },
    });
    let count = 0;
    repository = async (storage = createLocalStorage({ directory: join(base, `repository-${count++}`) })) => ({
      ...{ storage, cipher, encryption: 'openpgp' },
    });
  });
  afterAll(async () => {
    await server?.stop();
    await rm(base, { recursive: true, force: true });
  });

  const database = (dbname = 'sample') => ({ env: { ...server.env, PGDATABASE: dbname }, binDirs: [server.binDir] });

  it('catalogs every table with the rows and the hash that psql reads', async () => {
    const destination = await repository();
    const result = await backup(REQUEST, { server: database(), destinations: [destination] }, testContext());
    const { catalog } = await opened(destination, result.label);
    expect(result.totals.tables).toBe(catalog.tables.length);
    expect(catalog.tables.length).toBeGreaterThan(8);
    for (const { copyStatement, rows, ...rest } of catalog.tables) {
      const copy = copyStatement.replace(/ FROM stdin;\n$/, ' TO stdout');
      const sql = `SET extra_float_digits = 3; SET synchronize_seqscans = off; ${copy}`;
      const args = ['--no-psqlrc', '--quiet', '--no-password', `--command=${sql}`];
      const options = { env: database().env, maxBuffer: 64 * 1024 * 1024 };
      const { stdout: stream } = await run(join(server.binDir, 'psql'), args, options);
      expect(createHash('sha256').update(stream).digest('hex')).toBe('sha256' in rest && rest.sha256);
      expect(stream.split('\n').length - 1).toBe(rows);
    }
  });

  it('is complete when this process is too busy to follow pg_dump', async () => {
    const destination = await repository();
    const emit = (event: Event): void => {
      if (event.type === 'phase' && event.phase === 'dump') busyFor(14);
    };
    const services = { server: database(), destinations: [destination] };
    const result = await backup(REQUEST, services, { ...testContext(), emit });
    expect(result.destinations.map(({ committed }) => committed)).toEqual([true]);
  });

  it('goes on with the second repository when the first one fails, and says so', async () => {
    const broken = faulty((await repository()).storage);
    broken
      .addFault('put')
      .on(/segment-00000002/)
      .error(new BackuperError('storage-full', 'the disk is full'))
      .repeat(99);
    const destinations = [await repository(broken), await repository()];
    const result = await backup(REQUEST, { server: database(), destinations }, testContext());
    expect(result.destinations.map(({ committed, problem }) => ({ committed, problem }))).toEqual([
      { committed: false, problem: 'the disk is full' },
      { committed: true, problem: null },
    ]);
    expect((await listBackups({ name: 'sample' }, destinations[0] as Repository)).backups).toEqual([]);
    expect((await listBackups({ name: 'sample' }, destinations[1] as Repository)).backups).toHaveLength(1);
  });

  it('commits nothing when a stored object reads back other than it was sent', async () => {
    const storage = faulty((await repository()).storage);
    storage
      .addFault('get')
      .alter((body) => body.map((byte, index) => (index === 9 ? byte ^ 1 : byte)))
      .repeat(99);
    const destination = await repository(storage);
    await expect(backup(REQUEST, { server: database(), destinations: [destination] }, testContext())).rejects.toThrow(
      'has other bytes than were stored',
    );
    expect((await listBackups({ name: 'sample' }, destination)).backups).toEqual([]);
  });

  it('ends at once, without a commit and without a program left, when the storage fails', async () => {
    const storage = faulty((await repository()).storage);
    storage
      .addFault('put')
      .on(/segment-/)
      .error(new BackuperError('storage-full', 'the disk is full'))
      .repeat(99);
    const destination = await repository(storage);
    const tempDir = await mkdtemp(join(base, 'temp-'));
    const failed = backup(REQUEST, { server: database(), destinations: [destination] }, { ...testContext(), tempDir });
    await expect(failed).rejects.toMatchObject({ code: 'storage-full', exitStatus: 1 });
    expect(await readdir(tempDir)).toEqual([]);
    expect(await keysIn(destination)).toEqual([expect.stringMatching(/^sample\/records\/.*-backup-failed\.json$/)]);
    expect(
      await server.psql("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'postgres-backuper%'"),
    ).toBe('0');
  });

  it('removes what it stored when the dump fails late, or is cancelled, and says that it failed', async () => {
    for (const how of ['fails', 'is cancelled'] as const) {
      const destination = await repository();
      const stop = new AbortController();
      const { storage } = destination;
      const cancelled = new BackuperError('cancelled', 'cancelled by SIGTERM');
      const put: Storage['put'] = async (key, ...rest) => {
        await storage.put(key, ...rest);
        if (!key.includes('segment-00000002')) return;
        if (how === 'is cancelled') stop.abort(cancelled);
        else
          await server.psql(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND datname = 'sample'`,
          );
      };
      const services = { server: database(), destinations: [{ ...destination, storage: { ...storage, put } }] };
      const request = { ...REQUEST, segmentBytes: 64 * 1024 }; // so that memory cannot hold the rest
      await expect(backup(request, services, testContext(stop.signal))).rejects.toThrow();
      expect(await keysIn(destination)).toEqual([expect.stringMatching(/^sample\/records\/.*-backup-failed\.json$/)]);
    }
  });

  it.skipIf(process.getuid?.() !== 0)('leaves a disk that it filled to the next run', async (context) => {
    const disk = join(base, 'small-disk');
    await mkdir(disk, { recursive: true });
    const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=3m,mode=700', 'tmpfs', disk]).catch(() => undefined);
    if (mounted === undefined) return context.skip('no file system can be mounted here');
    try {
      const destination = await repository(createLocalStorage({ directory: disk }));
      await server.createDatabase('grows');
      const rows = 'SELECT g, md5(g::text) || md5((-g)::text) AS x FROM generate_series(1, 100000) g';
      await server.psql(`CREATE TABLE small AS SELECT 1 AS i; CREATE TABLE large AS ${rows}`, 'grows');
      const services = { server: database('grows'), destinations: [destination] };
      await expect(backup(REQUEST, services, testContext())).rejects.toMatchObject({ code: 'storage-full' });
      const { bfree, blocks } = await statfs(disk);
      expect(bfree / blocks).toBeGreaterThan(0.9);
      await server.psql('DROP TABLE large', 'grows');
      expect((await backup(REQUEST, services, testContext())).destinations).toMatchObject([{ committed: true }]);
    } finally {
      await run('umount', [disk]);
    }
  });

  it('is good, with a warning, when every answer to the commit got lost but the commit is there', async () => {
    const storage = faulty((await repository()).storage);
    const lost = new BackuperError('storage-unreachable', 'the connection broke off');
    storage
      .addFault('put')
      .on(/\.json$/)
      .error(lost)
      .afterSuccess()
      .repeat(99);
    const patient = retrying(storage, { clock: testContext().clock, budgetMs: 300, baseDelayMs: 50 });
    const destination = await repository(patient);
    const result = await backup(REQUEST, { server: database(), destinations: [destination] }, testContext());
    expect(result.warnings).toEqual([expect.stringContaining('is there, though storing it ended with an error')]);
    expect((await listBackups({ name: 'sample' }, destination)).backups).toHaveLength(1);
  });

  it('leaves tables, data and large objects out as asked, and says how many things', async () => {
    const selection = { ...NOTHING, schemas: ['sales'], excludeTableData: ['sales.customers'] };
    const destination = await repository();
    const result = await backup(
      { ...REQUEST, selection },
      { server: database(), destinations: [destination] },
      testContext(),
    );
    const { catalog, commit } = await opened(destination, result.label);
    expect(new Set(catalog.tables.map((table) => table.schema))).toEqual(new Set(['sales']));
    expect(catalog.tables.map((table) => table.table)).not.toContain('customers');
    expect(catalog.exclusions).toEqual([
      '--schema sales',
      '--exclude-table-data sales.customers',
      expect.stringContaining('large objects'),
      "rows of 'sales.customers'",
    ]);
    expect(commit.exclusions).toBe(4);
  });

  it('refuses a pattern that matches nothing beside one that does', async () => {
    const selection = { ...NOTHING, tables: ['sales.customers', 'sales.renamed'] };
    const failed = backup(
      { ...REQUEST, selection },
      { server: database(), destinations: [await repository()] },
      testContext(),
    );
    await expect(failed).rejects.toMatchObject({ code: 'selection-empty', exitStatus: 2 });
  });

  it('refuses a table that was truncated after the snapshot: its rows are gone for everybody before', async () => {
    await server.createDatabase('truncated');
    await server.psql('CREATE TABLE t AS SELECT generate_series(1, 1000) AS i', 'truncated');
    // locks the table until the snapshot is taken and pg_dump waits for it, then empties it
    const truncating = server.psql(
      `BEGIN; LOCK TABLE t; SELECT pg_sleep(0.2);
       DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 't'::regclass)
         LOOP PERFORM pg_sleep(0.05); PERFORM pg_stat_clear_snapshot(); END LOOP; END $$;
       TRUNCATE t; INSERT INTO t VALUES (1); COMMIT;`,
      'truncated',
    );
    await server.until("EXISTS (SELECT FROM pg_locks WHERE granted AND relation = 't'::regclass)", 'truncated');
    const failed = backup(
      { ...REQUEST, name: 'truncated', lockTimeoutMs: 20_000 },
      { server: database('truncated'), destinations: [await repository()] },
      testContext(),
    );
    await expect(failed).rejects.toMatchObject({ code: 'dump-incomplete' });
    await truncating;
  });

  it('tells its progress up to the last byte', async () => {
    const events: Event[] = [];
    const result = await backup(
      REQUEST,
      { server: database(), destinations: [await repository()] },
      { ...testContext(), emit: (event) => events.push(event) },
    );
    const last = events.findLast((event) => event.type === 'progress')?.progress;
    expect(last).toMatchObject({ rawBytes: result.totals.rawBytes, tablesDone: result.totals.tables });
  });

  it('keeps table names and data out of what is stored in the open', async () => {
    const destination = await repository();
    const { label } = await backup(REQUEST, { server: database(), destinations: [destination] }, testContext());
    const commit = await readFile(join(destination.storage.location, 'sample', 'backups', `${label}.json`), 'utf8');
    expect(commit).not.toMatch(/customers|order_items/);
  });
});
