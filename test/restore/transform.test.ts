import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isBackuperError } from '@postgres-backuper/base';
import { type RestoreResult, restore } from '@postgres-backuper/core';
import { type Postgres, startPostgres, testMajors, tryRun } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RestoreRequest } from '../../packages/core/src/restore.ts';
import { runCli, serverVariables } from '../cli/run-cli.ts';
import { closeGate, WAIT_AT_GATE } from '../gate.ts';
import { createPlace, makeBackup, type Place, serverOf } from './harness.ts';

const SHOP = `SET ROLE shop_owner; CREATE TABLE person (id int PRIMARY KEY, mail text); INSERT INTO person VALUES (1, 'ann@real'), (2, 'bob@real');
  CREATE TABLE runs (n int); INSERT INTO runs VALUES (0); CREATE MATERIALIZED VIEW mails AS SELECT mail FROM person;
  GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC; SELECT lo_from_bytea(0, 'x');`;
const MASK = "UPDATE person SET mail = 'm' || id;\nUPDATE runs SET n = n + 1;\n";
/** Rows of `late` are refused until the role is there. */
const LATE = `CREATE FUNCTION open() RETURNS bool LANGUAGE plpgsql AS $$ BEGIN
    IF current_database() LIKE '%copy' AND NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'late_opener') THEN RAISE EXCEPTION 'closed'; END IF; RETURN true; END $$;
  CREATE TABLE late (i int PRIMARY KEY, CHECK (public.open())); INSERT INTO late VALUES (1);`;

const file = (text: string, name = 'mask.sql') => ({ name, text: Buffer.from(text) });

describe.each(testMajors())('a restore that changes rows by files, on PostgreSQL %i', (major) => {
  let postgres: Postgres;
  let place: Place;
  beforeAll(async () => {
    [postgres, place] = await Promise.all([startPostgres({ major }), createPlace()]);
    await postgres.psql(
      "CREATE ROLE shop_owner LOGIN PASSWORD 'x'; CREATE ROLE reader LOGIN PASSWORD 'x'; CREATE ROLE panel LOGIN PASSWORD 'x' CREATEDB IN ROLE shop_owner",
    );
    for (const [name, more] of [['shop', ''] as const, ['tardy', LATE] as const]) {
      await postgres.createDatabase(name, 'TEMPLATE template0 OWNER shop_owner');
      await postgres.psql(SHOP + more, name);
      await makeBackup(postgres, { dbname: name }, place);
    }
  });
  afterAll(async () => {
    await postgres?.stop();
    await place?.remove();
  });

  const as = (user: string) => {
    const { env, ...rest } = serverOf(postgres, 'postgres');
    return { ...rest, env: { ...env, PGUSER: user, PGPASSWORD: 'x' } };
  };
  const bring = async (name: string, request: Partial<RestoreRequest>, user = 'postgres') => {
    const all = { maintenanceDatabases: ['postgres'], jobs: 2, owner: true, privileges: true };
    const asked = { name, target: { latest: true } as const, into: `${name} copy`, ...all, ...request };
    const server = user === 'postgres' ? serverOf(postgres, 'postgres') : as(user);
    return restore(asked, { server, repository: place.repository }, place.context()).then(
      (result) => ({ result, error: undefined }),
      (error) => {
        if (!isBackuperError(error)) throw error;
        return { result: error.result as RestoreResult, error };
      },
    );
  };
  const runPsql = async ({ env }: ReturnType<typeof as>, sql: string, database: string) => {
    const args = ['--no-psqlrc', '--tuples-only', '--no-align', `--command=${sql}`];
    const { stdout, stderr } = await tryRun(join(postgres.binDir, 'psql'), args, {
      env: { ...env, PGDATABASE: database },
    });
    return `${stdout}${stderr}`;
  };
  const mails = (database: string) =>
    postgres.psql('SELECT mail FROM person UNION ALL SELECT mail FROM mails', database);
  const exists = async (name: string) =>
    (await postgres.psql(`SELECT count(*) FROM pg_database WHERE datname = '${name}'`)) === '1';
  const drop = (name: string) => postgres.psql(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
  /** Whether each may connect. */
  const may = (database: string) =>
    postgres.psql(
      `SELECT string_agg(r || ' ' || has_database_privilege(r, '${database}', 'CONNECT'), ', ') FROM unnest(ARRAY['shop_owner', 'reader']) r`,
    );
  const OPEN = 'shop_owner true, reader true';
  const CLOSED = 'shop_owner false, reader false';

  it.each(['postgres', 'panel'])(
    'shows only changed rows, also in views, and lets others in then, as %s',
    async (user) => {
      const again = file('SELECT 1; UPDATE runs SET n = n * 10', 'again.sql');
      const { result, error } = await bring('shop', { transforms: [file(MASK), again] }, user);
      expect([error, result.transformed]).toEqual([undefined, ['mask.sql', 'again.sql']]);
      expect(await mails('shop copy')).toBe('m1\nm2\nm1\nm2');
      expect(await postgres.psql('SELECT n FROM runs', 'shop copy')).toBe('10');
      expect(
        await postgres.psql(
          "SELECT most_common_vals FROM pg_stats WHERE tablename = 'person' AND attname = 'mail'",
          'shop copy',
        ),
      ).not.toContain('real');
      expect(await may('shop copy')).toBe(OPEN);
      const owner = "SELECT datdba::regrole FROM pg_database WHERE datname = 'shop copy'";
      expect(await postgres.psql(owner)).toBe('shop_owner');
      await drop('shop copy');
    },
  );

  it.each([
    [
      'an error',
      'SELECT 1;\n\nUPDATE person\n  SET nothing = 1;\n',
      /^'mask.sql' in line 4: the server said 'column "nothing" .*' \(SQLSTATE 42703\)$/,
    ],
    ['a command of psql', 'SELECT 1;\n\\! touch /tmp/x\n', /^'mask.sql' in line 2: it is a command of psql/],
    ['an end of its transaction', 'BEGIN; UPDATE runs SET n = 5; COMMIT;', /^'mask.sql' ends its transaction/],
    ['an open text', "UPDATE person SET mail = 'x", /^'mask.sql' /],
    ['an open comment', 'UPDATE runs SET n = 5; /* ', /^'mask.sql' /],
    ['open rows', 'COPY runs FROM STDIN;\n7', /^'mask.sql' /],
  ])('leaves nothing after %s', async (_, text, message) => {
    const { error } = await bring('shop', { transforms: [file(MASK, 'first.sql'), file(text)] });
    expect(error?.code).toBe('transform-failed');
    expect(error?.message).toMatch(message);
    expect(await exists('shop copy')).toBe(false);
  });

  it('leaves nothing after an error at its resume either, and replaces no database', async () => {
    await postgres.createDatabase('live', 'TEMPLATE template0');
    const { error } = await bring('shop', { into: undefined, replace: 'live', transforms: [file('SELECT 1/0')] });
    expect(error?.code).toBe('transform-failed');
    const others = "SELECT datname FROM pg_database WHERE datname LIKE 'live%'";
    expect(await postgres.psql(others)).toBe('live');
    const { result } = await bring('shop', { into: undefined, replace: 'live', transforms: [file(MASK)] });
    expect([result.database, await mails('live'), await may('live')]).toEqual(['live', 'm1\nm2\nm1\nm2', OPEN]);
  });

  it('is closed while rows are missing, and changes all of them at a resume with the same files', async () => {
    const transforms = [file(`${MASK}UPDATE late SET i = i + 10`)];
    const first = await bring('tardy', { transforms });
    expect([first.error?.code, first.result.transformed]).toEqual(['rows-missing', []]);
    expect([await may('tardy copy'), await mails('tardy copy')]).toEqual([CLOSED, expect.stringContaining('real')]);
    await postgres.createRole('late_opener');
    for (const others of [undefined, [file('SELECT 1')]]) {
      const { error } = await bring('tardy', { resume: true, ...(others && { transforms: others }) });
      expect(error).toMatchObject({ code: 'nothing-to-resume', exitStatus: 2 });
    }
    expect(await may('tardy copy')).toBe(CLOSED);
    const { error, result } = await bring('tardy', { resume: true, transforms });
    expect([error, result.transformed]).toEqual([undefined, ['mask.sql']]);
    expect(await mails('tardy copy')).toBe('m1\nm2\nm1\nm2');
    expect(await postgres.psql('SELECT i FROM late', 'tardy copy')).toBe('11');
    expect(await may('tardy copy')).toBe(OPEN);
  });

  it('is closed while files run and after kill -9, and a resume runs each file once', async () => {
    const path = async (name: string, text: string) => {
      await writeFile(join(place.directory, name), text);
      return `--transform=${join(place.directory, name)}`;
    };
    const words = [
      ...['restore', 'latest', '--into=killed copy', await path('once.sql', MASK)],
      await path('slow.sql', `DO $$ BEGIN ${WAIT_AT_GATE} END $$; UPDATE runs SET n = n + 100;`),
    ];
    const openGate = await closeGate(postgres);
    const env = {
      ...{ ...serverVariables(postgres), PG_DB: 'postgres', BACKUP_NAME: 'shop', BACKUP_ENCRYPTION: 'none' },
      BACKUP_REPOSITORY: join(place.directory, 'repository'),
    };
    const connect = () => runPsql(as('shop_owner'), 'SELECT mail FROM person', 'killed copy');
    const { status } = await runCli(words, env, (child) => {
      void once(child, 'spawn').then(async () => {
        const waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = 'killed copy'";
        await expect.poll(() => postgres.psql(waits)).toBe('1');
        expect(await connect()).toMatch(/permission denied for database/);
        child.kill('SIGKILL');
      });
    });
    expect(status).toBe(null);
    expect(await connect()).toMatch(/permission denied for database/);
    await openGate();
    const resumed = await runCli([...words, '--resume'], env);
    expect([resumed.status, resumed.stderr]).toEqual([0, expect.any(String)]);
    expect(await postgres.psql('SELECT n FROM runs', 'killed copy')).toBe('101');
    expect([await mails('killed copy'), await may('killed copy')]).toEqual(['m1\nm2\nm1\nm2', OPEN]);
  });

  describe('into a database that was given', () => {
    const given = async (owner: string) => {
      await drop('given');
      await postgres.createDatabase('given', `TEMPLATE template0 OWNER ${owner}`);
      await postgres.psql(
        `GRANT CREATE ON DATABASE given TO panel; GRANT CONNECT ON DATABASE given TO reader WITH GRANT OPTION`,
      );
    };
    const into = (transforms: RestoreRequest['transforms'] = [], user = 'panel') =>
      bring('shop', { into: undefined, intoEmpty: 'given', owner: false, privileges: false, transforms }, user);
    const acl = () =>
      postgres.psql(
        "SELECT array_to_string(ARRAY(SELECT unnest(datacl)::text ORDER BY 1), ' ') FROM pg_database WHERE datname = 'given'",
      );

    it.each([
      [[file(MASK)], undefined],
      [[file('SELECT 1/0')], 'transform-failed'],
    ])('gives back who may connect', async (transforms, code) => {
      await given('shop_owner');
      const before = await acl();
      const { error } = await into(transforms);
      expect([error?.code, await acl()]).toEqual([code, before]);
      if (code === undefined) expect(await mails('given')).toBe('m1\nm2\nm1\nm2');
      else expect(await postgres.psql("SELECT count(*) FROM pg_class WHERE relname = 'person'", 'given')).toBe('0');
    });

    it('refuses one that others use, or that the role cannot close', async () => {
      await given('shop_owner');
      const session = runPsql(as('reader'), 'SELECT pg_sleep(6000)', 'given');
      const sleeps = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'reader'";
      await expect.poll(() => postgres.psql(sleeps)).toBe('1');
      expect((await into([file(MASK)])).error).toMatchObject({ code: 'database-in-use', exitStatus: 2 });
      await postgres.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'");
      await session;
      await given('postgres');
      expect((await into([file(MASK)])).error).toMatchObject({ code: 'privilege-missing', exitStatus: 2 });
      expect(await postgres.psql("SELECT count(*) FROM pg_class WHERE relname = 'person'", 'given')).toBe('0');
    });
  });
});
