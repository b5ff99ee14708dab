import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type Event, isBackuperError } from '@postgres-backuper/base';
import { planRestore, restore } from '@postgres-backuper/core';
import { type Postgres, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RestoreRequest } from '../../packages/core/src/restore.ts';
import { createPlace, makeBackup, type Place, segmentOfRows, serverOf } from './harness.ts';

const CASE = join(import.meta.dirname, 'cases/into-empty.sql');
/** With what an undo must find in the right order: keys in a circle, a view, a partition, types, large objects. */
const SHOP = `
CREATE EXTENSION pg_trgm; CREATE SCHEMA "own $x$"; CREATE TYPE "own $x$".mood AS ENUM ('good');
CREATE TABLE a (i int PRIMARY KEY, m "own $x$".mood); CREATE TABLE b (i int PRIMARY KEY REFERENCES a);
ALTER TABLE a ADD FOREIGN KEY (i) REFERENCES b DEFERRABLE INITIALLY DEFERRED;
BEGIN; INSERT INTO a VALUES (1, 'good'); INSERT INTO b VALUES (1); COMMIT;
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE VIEW v AS SELECT f(), * FROM a;
CREATE TABLE p (d int) PARTITION BY RANGE (d); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (9); CREATE INDEX ON p (d);
CREATE SEQUENCE s; COMMENT ON TABLE a IS 'of a'; SELECT lo_from_bytea(0, 'x') FROM generate_series(1, 2500);
ALTER DATABASE shop SET work_mem = '5MB'; COMMENT ON DATABASE shop IS 'the shop';`;
/** Refused only after the rows, in the restored database. */
const POISON = `CREATE FUNCTION boom() RETURNS int LANGUAGE plpgsql AS $$ BEGIN
 IF current_database() <> 'bad' THEN RAISE EXCEPTION 'not here'; END IF; RETURN 1; END $$;
 CREATE MATERIALIZED VIEW mv AS SELECT public.boom() AS i;`;

describe.each(testMajors())('a restore into an empty database, on PostgreSQL %i', (major) => {
  let postgres: Postgres;
  let place: Place;
  beforeAll(async () => {
    [postgres, place] = await Promise.all([startPostgres({ major }), createPlace()]);
    for (const statement of (await readFile(CASE, 'utf8')).split('\n').filter((line) => line !== ''))
      await postgres.psql(statement);
    for (const [name, more] of [
      ['shop', ''],
      ['bad', POISON],
    ] as const) {
      await postgres.createDatabase(name, 'TEMPLATE template0');
      await postgres.psql(SHOP.replaceAll('DATABASE shop', `DATABASE ${name}`) + more, name);
      await makeBackup(postgres, { dbname: name, segmentBytes: 64 * 1024 }, place);
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
  const asked = (name: string, request: Partial<RestoreRequest> = {}) => ({
    ...{ name, target: { latest: true } as const, intoEmpty: 'shop9', maintenanceDatabases: ['postgres'], jobs: 2 },
    ...{ owner: false, privileges: false, policies: true, tablespaces: true, ...request },
  });
  const bring = async (name: string, request: Partial<RestoreRequest> = {}, signal?: AbortSignal) => {
    const context = place.context(signal);
    const services = { server: as('panel'), repository: place.repository };
    const error = await restore(asked(name, request), services, context).then(
      () => undefined,
      (thrown: unknown) => {
        if (isBackuperError(thrown)) return thrown;
        throw thrown;
      },
    );
    const warnings = context.events.filter(({ type }) => type === 'warning').map((one) => JSON.stringify(one));
    return { error, warnings, events: context.events };
  };
  /** Services and context of a restore that is cancelled when this phase begins. */
  const cancelledAt = (phase: string) => {
    const abort = new AbortController();
    const context = place.context(abort.signal);
    const emit = (event: Event) => {
      if (event.type === 'phase' && event.phase === phase) abort.abort(new Error('cancelled'));
    };
    return [
      { server: as('panel'), repository: place.repository },
      { ...context, emit },
    ] as const;
  };
  const again = async () => {
    await postgres.psql('DROP DATABASE IF EXISTS shop9');
    await postgres.psql('CREATE DATABASE shop9 OWNER panel TEMPLATE template0');
  };
  /** All that a restore could leave, but for what initdb made. */
  const CONTENT = `SELECT (SELECT count(*) FROM pg_class WHERE oid >= 16384 AND relkind NOT IN ('i', 'I', 't'))
    + (SELECT count(*) FROM pg_proc WHERE oid >= 16384 AND prolang <> 13) + (SELECT count(*) FROM pg_type WHERE oid >= 16384)
    + (SELECT count(*) FROM pg_largeobject_metadata) + (SELECT count(*) FROM pg_namespace WHERE oid >= 16384 AND left(nspname, 3) <> 'pg_')`;
  const content = () => postgres.psql(CONTENT, 'shop9');
  const extensions = () => postgres.psql("SELECT string_agg(extname, ' ' ORDER BY extname) FROM pg_extension", 'shop9');
  const settings = () =>
    postgres.psql(
      "SELECT coalesce((SELECT setconfig::text FROM pg_db_role_setting WHERE setdatabase = d.oid), '-') || ' ' || coalesce(shobj_description(oid, 'pg_database'), '-') FROM pg_database d WHERE datname = 'shop9'",
    );

  it('fills it as a role that may create no database, with settings and comment', async () => {
    await again();
    const { error, warnings } = await bring('shop');
    expect([error, warnings]).toEqual([undefined, []]);
    expect(await postgres.psql('SELECT count(*) FROM v; SELECT count(*) FROM pg_largeobject_metadata', 'shop9')).toBe(
      '1\n2500',
    );
    expect(await settings()).toBe('{work_mem=5MB} the shop');
    expect(await postgres.psql("SELECT datdba::regrole FROM pg_database WHERE datname = 'shop9'")).toBe('panel');
    const journal = await postgres.psql("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'pgbackuper%'", 'shop9');
    expect(journal).toBe('0');
  });

  it('refuses one that is not empty, with what is in it, and touches nothing', async () => {
    const { error } = await bring('shop');
    expect(error).toMatchObject({ code: 'database-not-empty', exitStatus: 2 });
    expect(error?.message).toMatch(
      /'shop9' is not empty, it holds 2,509 objects: schema own \$x\$, table public.a, table public.b,/,
    );
    expect(await postgres.psql('SELECT count(*) FROM b', 'shop9')).toBe('1');
    expect((await bring('shop', { intoEmpty: 'nowhere' })).error).toMatchObject({ code: 'database-missing' });
  });

  it('drops what it made, and nothing else, when it fails', async () => {
    await again();
    await postgres.psql("COMMENT ON DATABASE shop9 IS 'mine'; ALTER DATABASE shop9 SET work_mem = '7MB'");
    await postgres.psql('SET ROLE panel; CREATE EXTENSION pg_trgm', 'shop9');
    const before = await content();
    const { error, warnings } = await bring('bad', { strict: true });
    expect(error).toMatchObject({ code: 'restore-failed', message: expect.stringContaining('not here') });
    expect(warnings).toEqual([]);
    expect([await content(), await extensions(), await settings()]).toEqual([
      before,
      'pg_trgm plpgsql',
      '{work_mem=7MB} mine',
    ]);
  });

  it('drops it without a journal, and after a cancel', async () => {
    await again();
    await postgres.psql('ALTER DATABASE shop9 OWNER TO postgres');
    await postgres.psql(`GRANT USAGE, CREATE ON SCHEMA public TO panel`, 'shop9');
    const { error, events } = await bring('bad', { strict: true });
    expect(error).toMatchObject({ code: 'restore-failed' });
    expect(JSON.stringify(events)).toContain('may not create schemas');
    expect(await content()).toBe('0');
    await again();
    await expect(restore(asked('shop'), ...cancelledAt('post-data'))).rejects.toThrow();
    expect([await content(), await extensions()]).toEqual(['0', 'plpgsql']);
  });

  it('continues an interrupted restore, and never drops a database that it did not create', async () => {
    const tables = Array.from(
      { length: 6 },
      (_, at) => `CREATE TABLE t${at} AS SELECT md5(g::text || ${at}) AS x FROM generate_series(1, 3000) g;`,
    );
    await postgres.psql('DROP DATABASE IF EXISTS torn');
    await postgres.psql('CREATE DATABASE torn');
    await postgres.psql(tables.join(''), 'torn');
    const label = await makeBackup(postgres, { dbname: 'torn', segmentBytes: 64 * 1024 }, place);
    const segment = await segmentOfRows({ name: 'torn', label }, place);
    await rename(segment, `${place.directory}/away`);
    await again();
    expect((await bring('torn')).error).toMatchObject({ code: 'object-missing' });
    expect((await bring('torn', { target: { label } })).error?.hint).toContain('continue with');
    await rename(`${place.directory}/away`, segment);
    const resumed = { resume: true, target: { label } };
    // as one would by mistake: the journal says whose the database is
    const byName = { ...resumed, intoEmpty: undefined, into: 'shop9', maintenanceDatabases: ['shop9', 'postgres'] };
    await expect(restore(asked('torn', byName), ...cancelledAt('post-data'))).rejects.toThrow();
    expect(await content()).not.toBe('0'); // what was there before a resume stays
    expect((await bring('torn', resumed)).error).toBeUndefined();
    expect(await postgres.psql('SELECT count(*) FROM t2', 'shop9')).toBe('3000');
  });

  it('works in the schema public alone', async () => {
    await again();
    await postgres.psql('ALTER DATABASE shop9 OWNER TO postgres');
    await postgres.psql('GRANT USAGE, CREATE ON SCHEMA public TO panel', 'shop9');
    await postgres.createDatabase('simple');
    await postgres.psql('CREATE TABLE t AS SELECT generate_series(1, 100) AS i; CREATE INDEX ON t (i)', 'simple');
    await makeBackup(postgres, { dbname: 'simple' }, place);
    const { error, events } = await bring('simple');
    expect(error).toBeUndefined();
    expect(JSON.stringify(events)).toContain('an interrupted restore cannot be continued');
    expect(await postgres.psql('SELECT count(*) FROM t', 'shop9')).toBe('100');
  });

  it('knows beforehand what the database is like', async () => {
    await postgres.psql('DROP DATABASE shop9');
    await postgres.psql(
      "CREATE DATABASE shop9 OWNER panel TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'",
    );
    const services = { server: as('panel'), repository: place.repository };
    const plan = await planRestore(asked('shop'), services, place.context());
    expect(plan.findings[0]).toMatchObject({
      severity: 'blocks',
      kind: 'encoding',
      what: expect.stringContaining('LATIN1'),
    });
  });
});
