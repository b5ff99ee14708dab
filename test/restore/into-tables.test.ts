import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Event } from '@postgres-backuper/base';
import { planRestore, restore } from '@postgres-backuper/core';
import { BACKUPER_PROGRAM, type Postgres, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObjectSelection } from '../../packages/core/src/restore/select-objects.ts';
import type { RestoreRequest } from '../../packages/core/src/restore.ts';
import { lockTable } from '../lock-table.ts';
import { createPlace, makeBackup, type Place, segmentOfRows, serverOf } from './harness.ts';

/**
 * Keys in a circle, to itself, between partitions, deferrable ones; triggers in each state, one that raises; names with
 * quotes, dots, percents and keywords; identity and generated columns, a domain, an exclusion constraint, inheritance.
 */
const SQL = `
CREATE SCHEMA "select"; CREATE SCHEMA "S.1 ""%";
CREATE DOMAIN "select".small AS int CHECK (VALUE < 1000); CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE FUNCTION raises() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a trigger fired'; END $$;
CREATE TABLE a (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, b int, up int REFERENCES a, m mood, twice int GENERATED ALWAYS AS (id * 2) STORED);
CREATE TABLE b (id serial PRIMARY KEY, a int NOT NULL REFERENCES a, n "select".small UNIQUE DEFERRABLE);
ALTER TABLE a ADD CONSTRAINT to_b FOREIGN KEY (b) REFERENCES b;
INSERT INTO a (b, up, m) SELECT NULL, 1 + g % 3, 'good' FROM generate_series(1, 20) g;
INSERT INTO b (a, n) SELECT g, g FROM generate_series(1, 20) g; UPDATE a SET b = id;
CREATE TABLE "S.1 ""%"."T.a ""%d" (i int, "Cü %s" text, EXCLUDE USING btree (i WITH =)); INSERT INTO "S.1 ""%"."T.a ""%d" VALUES (1, 'x'), (2, E'\\\\.');
CREATE TABLE "select"."table" ("order" int PRIMARY KEY, far int REFERENCES b DEFERRABLE); INSERT INTO "select"."table" VALUES (1, 1), (2, 2);
CREATE TABLE part (i int, d int, up int, upd int, PRIMARY KEY (i, d), FOREIGN KEY (up, upd) REFERENCES part) PARTITION BY RANGE (d);
CREATE TABLE part1 PARTITION OF part FOR VALUES FROM (0) TO (10); CREATE TABLE part2 (upd int, up int, d int NOT NULL, i int NOT NULL);
ALTER TABLE part ATTACH PARTITION part2 FOR VALUES FROM (10) TO (20);
INSERT INTO part VALUES (2, 12, NULL, NULL), (1, 1, 2, 12), (3, 13, 1, 1);
CREATE TABLE moods (m mood, i int) PARTITION BY HASH (m); CREATE TABLE moods0 PARTITION OF moods FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE moods1 PARTITION OF moods FOR VALUES WITH (MODULUS 2, REMAINDER 1); INSERT INTO moods VALUES ('good', 1), ('bad', 2);
CREATE TABLE parent (i int); CREATE TABLE child (j int) INHERITS (parent); INSERT INTO parent VALUES (1); INSERT INTO child VALUES (2, 3);
CREATE FUNCTION most() RETURNS int LANGUAGE sql AS 'SELECT 1000'; CREATE FUNCTION fits(int) RETURNS bool LANGUAGE plpgsql AS 'BEGIN RETURN $1 < most(); END';
ALTER TABLE parent ADD CHECK (fits(i)); CREATE TABLE nothing (); INSERT INTO nothing DEFAULT VALUES;
CREATE SEQUENCE free START 5; SELECT nextval('free'); CREATE SEQUENCE down INCREMENT -1; SELECT setval('down', -7);
CREATE TRIGGER t1 BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION raises(); CREATE TRIGGER "t ""2" AFTER INSERT ON a EXECUTE FUNCTION raises();
CREATE TRIGGER t3 BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION raises(); CREATE TRIGGER t4 BEFORE TRUNCATE ON b EXECUTE FUNCTION raises();
CREATE TRIGGER t5 BEFORE INSERT ON part FOR EACH ROW EXECUTE FUNCTION raises(); CREATE TRIGGER t6 BEFORE TRUNCATE ON part EXECUTE FUNCTION raises();
CREATE CONSTRAINT TRIGGER t7 AFTER INSERT ON moods0 DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION raises();
CREATE TRIGGER t8 BEFORE INSERT ON moods EXECUTE FUNCTION raises();
ALTER TABLE a ENABLE ALWAYS TRIGGER t1; ALTER TABLE a ENABLE REPLICA TRIGGER "t ""2"; ALTER TABLE a DISABLE TRIGGER t3;
ALTER TABLE part1 DISABLE TRIGGER t5;
CREATE VIEW v AS SELECT * FROM a; CREATE MATERIALIZED VIEW mv AS SELECT count(*) FROM v;`;

/** Everything that a restore of rows must leave as it was if it fails, and must give back if it does not. */
const STATES = `SELECT (SELECT string_agg(tgrelid::regclass || tgname || tgenabled::text, ' ' ORDER BY oid) FROM pg_trigger),
  (SELECT string_agg(conname || conrelid || condeferrable || condeferred || convalidated, ' ' ORDER BY oid) FROM pg_constraint WHERE connamespace > 16000)`;
const TABLES = ['a', 'b', '"S.1 ""%"."T.a ""%d"', '"select"."table"', 'part', 'moods', 'parent', 'nothing'];
const ROWS = TABLES.map((name) => `(SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM ${name} t)`).join(', ');
const SEQUENCES = ['a_id_seq', 'b_id_seq', 'free', 'down'].map((name) => `(SELECT s FROM ${name} s)`).join(', ');
const FACTS = `SELECT ROW(${ROWS}), ROW(${SEQUENCES.replaceAll('SELECT s FROM', 'SELECT ROW(s.last_value, s.is_called) FROM')})`;
const NONE: ObjectSelection = {
  ...{ tables: [], schemas: [], excludeTables: [], excludeSchemas: [], excludeTableData: [], schemaOnly: false },
};

describe.each(testMajors())('a restore of rows into tables that exist, on PostgreSQL %i', (major) => {
  let postgres: Postgres;
  let place: Place;
  beforeAll(async () => {
    [postgres, place] = await Promise.all([startPostgres({ major }), createPlace()]);
    await postgres.createDatabase('shop', 'TEMPLATE template0');
    await postgres.psql(SQL, 'shop');
    await makeBackup(postgres, { dbname: 'shop', segmentBytes: 64 * 1024 }, place);
  });
  afterAll(async () => {
    await postgres?.stop();
    await place?.remove();
  });

  let count = 0;
  /** A copy of the original after these statements, without its triggers' effects. */
  const live = async (change: string) => {
    count += 1;
    const name = `live${count}`;
    await postgres.psql(`CREATE DATABASE ${name} TEMPLATE shop`);
    await postgres.psql(
      `SET session_replication_role = replica; ALTER TABLE a DISABLE TRIGGER t1; ${change}; ALTER TABLE a ENABLE ALWAYS TRIGGER t1`,
      name,
    );
    return name;
  };
  const asked = (
    into: string,
    truncate: boolean,
    { selection, ...more }: Partial<Omit<RestoreRequest, 'selection'>> & { selection?: Partial<ObjectSelection> } = {},
  ) => ({
    ...{ name: 'shop', target: { latest: true } as const, into, maintenanceDatabases: ['postgres'], jobs: 2 },
    ...{ owner: true, privileges: true, policies: true, tablespaces: true, rows: { truncate, lockTimeoutMs: 1000 } },
    ...(selection === undefined ? {} : { selection: { ...NONE, ...selection } }),
    ...more,
  });
  const services = (user = 'postgres') => {
    const { env, ...rest } = serverOf(postgres, 'postgres');
    return {
      server: { ...rest, env: user === 'postgres' ? env : { ...env, PGUSER: user, PGPASSWORD: 'x' } },
      repository: place.repository,
    };
  };
  const refused = async (
    request: ReturnType<typeof asked>,
    signal?: AbortSignal,
    onEvent?: (event: Event) => void,
    user?: string,
  ) => {
    const states = async () => [await postgres.psql(FACTS, request.into), await postgres.psql(STATES, request.into)];
    const before = await states();
    const context = place.context(signal);
    const emit = (event: Event) => {
      context.emit(event);
      onEvent?.(event);
    };
    const error = await restore(request, services(user), { ...context, emit }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(await states()).toEqual(before);
    return error;
  };

  it('replaces the rows of all tables by those of the backup, whatever their keys and triggers', async () => {
    const into =
      await live(`DELETE FROM a; INSERT INTO b VALUES (99, 1, 99); DELETE FROM moods; INSERT INTO part VALUES (9, 9);
      SELECT setval('a_id_seq', 500), setval('b_id_seq', 3), setval('free', 700), setval('down', -1)`);
    const states = await postgres.psql(STATES, into);
    const result = await restore(asked(into, true), services(), place.context());
    expect(result.rows).toBe('replaced');
    expect(result.leftOut).toEqual(["not refreshed: materialized views 'public.mv', which read these tables"]);
    const [rows, sequences] = (await postgres.psql(FACTS, into)).split('|');
    expect(rows).toBe((await postgres.psql(FACTS, 'shop')).split('|')[0]);
    expect(sequences).toBe('("(20,t)","(20,t)","(700,t)","(-7,t)")');
    expect(await postgres.psql(STATES, into)).toBe(states);
  });

  it('adds the rows of chosen tables to those that are there, and no sequence goes back', async () => {
    const into =
      await live(`ALTER TABLE a ALTER id SET GENERATED BY DEFAULT; UPDATE a SET id = id + 100, up = NULL, b = NULL;
      ALTER TABLE a ALTER id SET GENERATED ALWAYS; SELECT setval('a_id_seq', 500), setval('b_id_seq', 20, false);
      DELETE FROM b; ALTER TABLE b ADD more int DEFAULT 7; DELETE FROM "S.1 ""%"."T.a ""%d"`);
    const result = await restore(
      asked(into, false, { selection: { tables: ['public.a', 'b', '"S.1 ""%"."T.a ""%d"'] } }),
      services(),
      place.context(),
    );
    expect(result.tables.map(({ table, rows }) => `${table} ${rows}`)).toEqual(['T.a "%d 2', 'a 20', 'b 20']);
    const facts = `SELECT (SELECT count(*) FROM a), (SELECT sum(more) FROM b), (SELECT sum(n) FROM b), (SELECT last_value FROM a_id_seq),
      (SELECT last_value || is_called::text FROM b_id_seq), (SELECT string_agg("Cü %s", '' ORDER BY i) FROM "S.1 ""%"."T.a ""%d"), (SELECT sum(twice) FROM a WHERE id <= 20)`;
    expect(await postgres.psql(facts, into)).toBe('40|140|210|500|20true|x\\.|420');
  });

  it('takes nothing of it if one row is refused', async () => {
    const into = await live('DELETE FROM a WHERE id > 10');
    expect(await refused(asked(into, false))).toMatchObject({
      code: 'restore-failed',
      message: expect.stringMatching(
        /could not be loaded: the server said '.*(already exists|conflicts with existing key)/,
      ),
      hint: `nothing was changed in '${into}'`,
    });
    const orphans = await live('DELETE FROM b; DELETE FROM "select"."table"');
    expect(await refused(asked(orphans, true, { selection: { tables: ['"select"."table"'] } }))).toMatchObject({
      code: 'restore-failed',
      message: expect.stringContaining('violates foreign key constraint "table_far_fkey"'),
    });
  });

  it('empties no table that another one refers to', async () => {
    const into = await live('SELECT');
    const request = asked(into, true, { selection: { tables: ['b', 'part1'] } });
    expect(await refused(request)).toMatchObject({
      code: 'restore-failed',
      message: expect.stringMatching(
        /'public.a' refers to a table that would be emptied \(to_b\).*'select.table' refers.*'public.part' refers/,
      ),
    });
  });

  it('finds at once what the tables do not take, in a plan as well', async () => {
    const into =
      await live(`DROP VIEW v CASCADE; DROP TABLE nothing; ALTER TABLE a DROP m; ALTER TABLE part DROP CONSTRAINT part_up_upd_fkey; ALTER TABLE part1 RENAME TO part9;
      ALTER TABLE b ALTER n TYPE int, ADD must int NOT NULL DEFAULT 1; ALTER TABLE b ALTER must DROP DEFAULT; ALTER TABLE parent RENAME TO old; CREATE VIEW parent AS SELECT * FROM old;
      ALTER TABLE "select"."table" DROP far, ADD far int GENERATED ALWAYS AS ("order") STORED; ALTER TABLE b ALTER id DROP DEFAULT; DROP SEQUENCE b_id_seq, free`);
    const facts =
      "SELECT array_agg(relname || relfilenode ORDER BY oid) FROM pg_class WHERE oid > 16000 AND relkind IN ('r', 'p', 'S')";
    const before = await postgres.psql(facts, into);
    const plan = await planRestore(asked(into, true), services(), place.context());
    const found = plan.findings.filter(({ severity }) => severity !== 'note').map(({ what }) => what);
    expect(found.sort()).toEqual(
      [
        `database '${into}' has no table 'public.nothing', 'public.part1'`,
        `'public.parent' is no table in '${into}'`,
        "column 'm' of table 'public.a' does not exist",
        "column 'n' of table 'public.b' has the type integer, in the backup \"select\".small",
        "'must' of table 'public.b' is NOT NULL, and the backup has no values for it",
        "column 'far' of table 'select.table' is generated: it takes no values",
        `database '${into}' has no sequence 'public.b_id_seq', 'public.free': its value is not set`,
      ].sort(),
    );
    await expect(restore(asked(into, true), services(), place.context())).rejects.toMatchObject({
      code: 'restore-failed',
    });
    expect(await postgres.psql(facts, into)).toBe(before);
  });

  it('works for the owner of the tables, and says what another role lacks', async () => {
    await postgres.psql("DO $$ BEGIN CREATE ROLE app LOGIN PASSWORD 'x'; EXCEPTION WHEN OTHERS THEN END $$");
    const into =
      await live(`ALTER TABLE a OWNER TO app; ALTER TABLE b OWNER TO app; ALTER TABLE "select"."table" OWNER TO app; GRANT USAGE ON SCHEMA "select" TO app;
      DELETE FROM a; ALTER TABLE "select"."table" ENABLE ROW LEVEL SECURITY; CREATE TABLE only_insert AS SELECT * FROM parent; GRANT INSERT ON parent TO app`);
    const tables = ['a', 'b', '"select"."table"'];
    const result = await restore(asked(into, true, { selection: { tables } }), services('app'), place.context());
    expect(result.tables.map(({ rows }) => rows)).toEqual([20, 20, 2]);
    await restore(asked(into, false, { selection: { tables: ['parent'] } }), services('app'), place.context());
    expect(await postgres.psql('SELECT count(*) FROM ONLY parent', into)).toBe('2');
    await postgres.psql('ALTER TABLE "select"."table" FORCE ROW LEVEL SECURITY', into);
    const request = asked(into, true, { selection: { tables: [...tables, 'parent', 'part', 'moods'] } });
    expect(await refused(request, undefined, undefined, 'app')).toMatchObject({
      code: 'privilege-missing',
      message: expect.stringMatching(
        /'public.moods', .*: the role may not insert rows.*'public.parent', .*: the role may not empty it.*only its owner turns triggers off.*'select.table': row level security/,
      ),
    });
  });

  it('waits for the locks of others no longer than it may', async () => {
    const into = await live('SELECT');
    const unlock = await lockTable(postgres, 'nothing', into);
    const request = { ...asked(into, true), rows: { truncate: true, lockTimeoutMs: 200 } };
    await expect(restore(request, services(), place.context())).rejects.toMatchObject({ code: 'lock-unavailable' });
    await unlock();
  });

  /** A default that takes a second for each row. */
  const SLOW = `CREATE FUNCTION slow() RETURNS int LANGUAGE sql AS 'SELECT 1 FROM pg_sleep(1)'; ALTER TABLE moods ADD more int; ALTER TABLE moods ALTER more SET DEFAULT slow()`;

  it('leaves everything as it was after a cancel, and after a kill in the middle', async () => {
    const into = await live(SLOW);
    const cancel = new AbortController();
    const onEvent = ({ type }: Event) => void (type === 'progress' && cancel.abort(new Error('cancelled')));
    expect(await refused(asked(into, true), cancel.signal, onEvent)).toMatchObject({ message: 'cancelled' });
    const states = async () => [await postgres.psql(FACTS, into), await postgres.psql(STATES, into)];
    const before = await states();
    const { env } = serverOf(postgres, 'postgres');
    const { PATH = '', HOME = '/' } = process.env;
    const options = ['--repository', `${place.directory}/repository`, '--name', 'shop', '--encryption', 'none'];
    const rows = ['--into', into, '--data-only', '--truncate', '--pg-bin-dir', postgres.binDir];
    const run = spawn(process.execPath, [BACKUPER_PROGRAM, 'restore', 'latest', ...rows, ...options], {
      env: { PATH, HOME, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const log: string[] = [];
    createInterface(run.stderr).on('line', (line) => log.push(line));
    const exited = once(run, 'exit');
    await postgres.until(`EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = '${into}')`);
    run.kill('SIGKILL');
    const [, signal] = await exited;
    expect(log.join('\n')).toContain('replacing the rows');
    expect(signal).toBe('SIGKILL');
    const others =
      'SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()';
    await expect.poll(() => postgres.psql(others, into)).toBe('0');
    expect(await states()).toEqual(before);
  });

  it('finds names in another encoding, and uses no row of a damaged segment', async () => {
    await postgres.createDatabase('latin', "TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'");
    const made =
      'CREATE TABLE "é" ("ü" text, id serial PRIMARY KEY, up int REFERENCES "é"); CREATE TRIGGER "ö" BEFORE INSERT ON "é" EXECUTE FUNCTION suppress_redundant_updates_trigger()';
    await postgres.psql(
      `SET client_encoding = 'UTF8'; ${made}; INSERT INTO "é" SELECT 'ß' || md5(g::text), g, g FROM generate_series(1, 6000) g`.replace(
        /; CREATE TRIGGER[^;]*\(\)/,
        '',
      ),
      'latin',
    );
    const label = await makeBackup(postgres, { dbname: 'latin', segmentBytes: 64 * 1024 }, place);
    await postgres.psql(
      `SET client_encoding = 'UTF8'; DELETE FROM "é"; ${made.slice(made.indexOf('CREATE TRIGGER'))}`,
      'latin',
    );
    const request = { ...asked('latin', true), name: 'latin' };
    await restore(request, services(), place.context());
    const facts =
      'SELECT left(max("ü"), 6), count(*), (SELECT tgenabled FROM pg_trigger WHERE NOT tgisinternal) FROM "é"';
    const read = () => postgres.psql(`SET client_encoding = 'UTF8'; ${facts}`, 'latin');
    expect(await read()).toBe('ßffeed|6000|O');
    await postgres.psql(`SET client_encoding = 'UTF8'; UPDATE "é" SET "ü" = 'living'`, 'latin');
    const segment = await segmentOfRows({ name: 'latin', label }, place);
    await writeFile(
      segment,
      (await readFile(segment)).map((byte, index) => (index === 40 ? byte ^ 1 : byte)),
    );
    await expect(restore(request, services(), place.context())).rejects.toMatchObject({ exitStatus: 3 });
    expect(await read()).toBe('living|6000|O');
  });
});
