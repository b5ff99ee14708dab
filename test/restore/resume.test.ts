import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Postgres, run, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RestoreRequest } from '../../packages/core/src/restore.ts';
import { closeGate, WAIT_AT_GATE } from '../gate.ts';
import { backUpNew, bringBack, createPlace, type Place, serverOf } from './harness.ts';

const MAIN = join(import.meta.dirname, '../../packages/cli/src/main.ts');

/** Rows of `late` are refused until the role is there; they wait at the gate. */
const gate = (role: string) => `CREATE TABLE first AS SELECT generate_series(1, 10) AS i;
  CREATE FUNCTION open() RETURNS bool LANGUAGE plpgsql AS $$ BEGIN
    IF current_database() NOT LIKE '%copy' THEN RETURN true; END IF; ${WAIT_AT_GATE}
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = '${role}') THEN RAISE EXCEPTION 'closed'; END IF; RETURN true; END $$;
  CREATE TABLE late (i int PRIMARY KEY, at text DEFAULT 'x', CHECK (public.open())); INSERT INTO late SELECT generate_series(1, 5);`;

describe.each(testMajors())('a resumed restore, on PostgreSQL %i', (major) => {
  let postgres: Postgres;
  let place: Place;
  beforeAll(async () => {
    [postgres, place] = await Promise.all([startPostgres({ major }), createPlace()]);
  });
  afterAll(async () => {
    await postgres?.stop();
    await place?.remove();
  });
  const database = (name: string, sql: string) => backUpNew({ name, sql }, postgres, place);
  const bring = (name: string, request: Partial<RestoreRequest> = {}, user?: string) =>
    bringBack({ name, user, ...request }, postgres, place);

  /** Runs the program until it writes `text`; returns the signal that ended it. */
  const killedAt = async (text: string, name: string, words: readonly string[]) => {
    const options = ['--repository', join(place.directory, 'repository'), '--name', name, '--encryption', 'none'];
    const all = [MAIN, 'restore', 'latest', '--into', `${name} copy`, '--pg-bin-dir', postgres.binDir];
    const { env } = serverOf(postgres, 'postgres');
    const { PATH = '', HOME = '/' } = process.env;
    const child = spawn(process.execPath, [...all, ...options, ...words], {
      env: { PATH, HOME, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    createInterface(child.stderr).on('line', (line) => {
      if (line.includes(text)) child.kill('SIGKILL');
    });
    const [, signal] = await once(child, 'exit');
    return signal;
  };

  it('fills views of rows that came later', async () => {
    await database('viewed', `${gate('view_opener')} CREATE MATERIALIZED VIEW mv AS SELECT count(*) AS n FROM late;`);
    expect((await bring('viewed')).error).toBeDefined();
    await postgres.createRole('view_opener');
    const { error } = await bring('viewed', { resume: true });
    expect(error).toBeUndefined();
    expect(await postgres.psql('SELECT n FROM mv', 'viewed copy')).toBe('5');
  });

  it('is strict when it is requested, and keeps what was there before', async () => {
    await database('strictly', gate('strict_opener'));
    const openGate = await closeGate(postgres);
    const killed = await killedAt('loading', 'strictly', ['--strict']);
    await openGate();
    expect(killed).toBe('SIGKILL');
    await postgres.until("NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = 'strictly copy')");
    for (const strict of [true, false, true]) {
      const code = strict ? 'restore-failed' : 'rows-missing';
      expect((await bring('strictly', { resume: true, strict })).error).toMatchObject({ code });
    }
    expect(await postgres.psql('SELECT count(*) FROM first', 'strictly copy')).toBe('10');
    await postgres.createRole('strict_opener');
    expect((await bring('strictly', { resume: true, strict: true })).error).toBeUndefined();
    expect(await postgres.psql('SELECT count(*) FROM first; SELECT count(*) FROM late', 'strictly copy')).toBe('10\n5');
  });

  it('begins where a run ended right after it had created the database', async () => {
    await database('early', 'CREATE TABLE t AS SELECT generate_series(1, 10) AS i');
    const label = (await bring('early', { into: 'early first' })).result.label;
    for (const comment of ['', `unfinished: a restore of ${label} is running, or was ended`, 'of somebody else']) {
      await postgres.psql('DROP DATABASE IF EXISTS "early copy"');
      await postgres.psql(`CREATE DATABASE "early copy" TEMPLATE template0`);
      await postgres.psql(`COMMENT ON DATABASE "early copy" IS '${comment}'`);
      const { error } = await bring('early', { resume: true });
      expect(error?.code).toBe(comment === 'of somebody else' ? 'nothing-to-resume' : undefined);
      if (error === undefined) expect(await postgres.psql('SELECT count(*) FROM t', 'early copy')).toBe('10');
    }
  });

  it('fires no trigger on rows that came later', async () => {
    await database(
      'fired',
      `${gate('fire_opener')} CREATE TABLE audit (i int);
       CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.audit VALUES (NEW.i); NEW.at := 'altered'; RETURN NEW; END $$;
       CREATE TRIGGER note BEFORE INSERT ON late FOR EACH ROW EXECUTE FUNCTION note();`,
    );
    expect((await bring('fired')).error).toBeDefined();
    await postgres.createRole('fire_opener');
    const { error } = await bring('fired', { resume: true });
    expect(error).toBeUndefined();
    expect(
      await postgres.psql("SELECT count(*) FROM audit; SELECT count(*) FROM late WHERE at = 'x'", 'fired copy'),
    ).toBe('0\n5');
  });

  it('validates keys whose rows came later', async () => {
    await database('keyed', `${gate('key_opener')} CREATE TABLE c (i int REFERENCES late); INSERT INTO c VALUES (1);`);
    expect((await bring('keyed')).result.objects).toMatchObject([{ lack: 'not-valid' }]);
    await postgres.createRole('key_opener');
    const { error } = await bring('keyed', { resume: true });
    expect(await postgres.psql("SELECT convalidated FROM pg_constraint WHERE contype = 'f'", 'keyed copy')).toBe('t');
    expect(error).toBeUndefined();
  });

  it('is not held back by the limits and settings of the original', async () => {
    await postgres.createRole('limited_role', "LOGIN CREATEDB PASSWORD 'x'");
    const sql = `${gate('limit_opener')} ALTER DATABASE limited CONNECTION LIMIT 1; ALTER DATABASE limited SET transform_null_equals = on;
      CREATE MATERIALIZED VIEW v AS SELECT count(*) AS n FROM late;`;
    await database('limited', sql);
    const plain = { owner: false, privileges: false };
    expect((await bring('limited', plain, 'limited_role')).error).toMatchObject({ code: 'rows-missing' });
    await postgres.createRole('limit_opener');
    const { error } = await bring('limited', { ...plain, resume: true }, 'limited_role');
    expect(error).toBeUndefined();
    const properties = `SELECT datconnlimit, setconfig FROM pg_database d JOIN pg_db_role_setting ON setdatabase = d.oid WHERE datname = 'limited copy'`;
    expect(await postgres.psql(properties)).toBe('1|{transform_null_equals=on}');
  });

  it('gives owners again, and makes what it took back as it was', async () => {
    await postgres.createRole('owner_there');
    const sql = `${gate('owner_opener')} CREATE SEQUENCE s OWNED BY first.i; ALTER TABLE first OWNER TO owner_there;
      CREATE TABLE parts (i int) PARTITION BY LIST (i); CREATE TABLE part PARTITION OF parts FOR VALUES IN (1);
      CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
      CREATE TRIGGER one AFTER INSERT ON parts FOR EACH ROW EXECUTE FUNCTION note(); ALTER TABLE part DISABLE TRIGGER one;
      CREATE TRIGGER two AFTER INSERT ON late FOR EACH ROW EXECUTE FUNCTION note(); ALTER TABLE late ENABLE ALWAYS TRIGGER two;
      COMMENT ON TRIGGER two ON late IS 'of two'; ALTER TABLE late ADD CONSTRAINT positive CHECK (i > 0) NOT VALID;
      COMMENT ON CONSTRAINT positive ON late IS 'of check';
      CREATE FUNCTION evt() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'forbidden'; END $$;
      CREATE EVENT TRIGGER forbids ON ddl_command_start EXECUTE FUNCTION evt(); COMMENT ON EVENT TRIGGER forbids IS 'of event';`;
    await database('owned', sql);
    expect((await bring('owned', { owner: false })).error).toMatchObject({ code: 'rows-missing' });
    await postgres.createRole('owner_opener');
    const { error, result } = await bring('owned', { resume: true });
    expect([error?.message, result?.objects]).toEqual([undefined, []]);
    const definitions = (name: string) =>
      run(join(postgres.binDir, 'pg_dump'), ['--schema-only', '--dbname', name], { env: postgres.env });
    const plain = (text: string) => text.replace(/^\\(un)?restrict .*$/gm, '').replace(/^ALTER DATABASE.*$/gm, '');
    expect(plain(await definitions('owned copy'))).toBe(plain(await definitions('owned')));
  });

  it('goes on where an assertion fails, and where the server of a view is down', async () => {
    await database(
      'asserted',
      `CREATE TABLE t AS SELECT 1 AS i; CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN ASSERT current_database() = 'asserted', 'not here'; RETURN 1; END $$;
       CREATE FUNCTION far() RETURNS int LANGUAGE plpgsql AS $$ BEGIN IF current_database() <> 'asserted' THEN RAISE EXCEPTION 'down' USING ERRCODE = '08001'; END IF; RETURN 1; END $$;
       CREATE MATERIALIZED VIEW mv AS SELECT public.f() AS i; CREATE MATERIALIZED VIEW mv2 AS SELECT public.far() AS i;`,
    );
    const { error, result } = await bring('asserted');
    expect(error).toMatchObject({ code: 'restore-incomplete' });
    expect(result.objects.map(({ sqlState }) => sqlState)).toEqual(['P0004', '08001']);
  });

  it('is not needed where event triggers forbid all changes', async () => {
    const forbids = (event: string) => `CREATE EVENT TRIGGER ${event}_forbids ON ${event} EXECUTE FUNCTION evt();`;
    const sql = `CREATE TABLE t AS SELECT 1 AS i; CREATE FUNCTION evt() RETURNS event_trigger LANGUAGE plpgsql AS
      $$ BEGIN IF current_database() = 'forbids copy' THEN RAISE EXCEPTION 'forbidden'; END IF; END $$;`;
    await database('forbids', `${sql} ${['ddl_command_start', 'ddl_command_end', 'sql_drop'].map(forbids).join(' ')}`);
    expect((await bring('forbids')).error).toBeUndefined();
    expect(
      await postgres.psql("SELECT count(*) FROM pg_namespace WHERE nspname = 'pgbackuper_restore'", 'forbids copy'),
    ).toBe('0');
  });

  it('lets one of two at the same time work, whatever their roles', async () => {
    const rooted = Array.from({ length: 12 }, (_, at) => {
      const part = (rest: number) =>
        `CREATE TABLE r${at}_${rest} PARTITION OF r${at} FOR VALUES WITH (MODULUS 2, REMAINDER ${rest});`;
      return `CREATE TYPE e${at} AS ENUM ('a', 'b'); CREATE TABLE r${at} (e e${at}, CHECK (public.open())) PARTITION BY HASH (e);
        ${part(0)} ${part(1)} INSERT INTO r${at} SELECT 'a' FROM generate_series(1, 20);`;
    });
    await postgres.psql('DROP ROLE IF EXISTS twice_opener, second'); // of a first try
    await database('twice', `${gate('twice_opener')} ${rooted.join('\n')}`);
    expect((await bring('twice')).error).toMatchObject({ code: 'rows-missing' });
    await postgres.createRole('twice_opener');
    await postgres.createRole('second', "SUPERUSER LOGIN PASSWORD 'x'");
    const both = await Promise.all([bring('twice', { resume: true }), bring('twice', { resume: true }, 'second')]);
    const [refused, none] = both.map(({ error }) => error?.code).sort();
    expect([refused, none]).toEqual([expect.stringMatching(/^(database-in-use|nothing-to-resume)$/), undefined]);
    expect(await postgres.psql('SELECT count(*) FROM r0; SELECT count(*) FROM r11', 'twice copy')).toBe('20\n20');
  });

  it('waits for another one of the same role, and does not make it wait', async () => {
    await postgres.psql('DROP ROLE IF EXISTS thrice_opener'); // of a first try
    await database('thrice', gate('thrice_opener'));
    expect((await bring('thrice')).error).toMatchObject({ code: 'rows-missing' });
    await postgres.createRole('thrice_opener');
    const all = await Promise.all([1, 2, 3].map(() => bring('thrice', { resume: true })));
    const codes = all.map(({ error }) => error?.code);
    expect(codes.sort()).toEqual(['nothing-to-resume', 'nothing-to-resume', undefined]);
    expect(await postgres.psql('SELECT count(*) FROM late', 'thrice copy')).toBe('5');
  });
});
