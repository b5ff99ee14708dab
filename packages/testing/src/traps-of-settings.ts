import type { Trap } from './trap.ts';

/** Settings of the database or its roles that must not affect a backup or a restore. */
export const SETTING_TRAPS: readonly Trap[] = [
  {
    title: 'a LATIN1 database keeps its encoding and its characters',
    dbname: 'latin1',
    options: "TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'",
    sql: `CREATE TABLE t (id int PRIMARY KEY, "größe" text); INSERT INTO t VALUES (1, 'Ä ö ß é ÿ'), (2, chr(160) || chr(255));
      COMMENT ON TABLE t IS 'für später';`,
    finish: 'ALTER DATABASE :db SET client_encoding = LATIN1',
  },
  {
    title: 'a UTF-8 database whose sessions speak LATIN1 keeps characters that LATIN1 lacks',
    dbname: 'utf8 as latin1',
    roles: ['роль', 'plain owner'],
    sql: `CREATE TABLE t (id int, "имя" text); INSERT INTO t VALUES (1, '漢字 🐘 €'), (2, 'é'); ALTER TABLE t OWNER TO "plain owner";`,
    finish: 'ALTER DATABASE :db SET client_encoding = LATIN1',
  },
  {
    title: 'timeouts set on the database stop nothing',
    dbname: 'timeouts',
    sql: `CREATE TABLE t AS SELECT g AS id, repeat(md5(g::text), 100) AS text FROM generate_series(1, 20000) g;
      CREATE FUNCTION slow(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM pg_catalog.pg_sleep(0.4); RETURN n; END $$;
      CREATE TABLE one AS SELECT 1 AS id; CREATE INDEX ON one (slow(id)); SELECT lo_from_bytea(0, 'large');`,
    finish: `ALTER DATABASE :db SET statement_timeout = '200ms'; ALTER DATABASE :db SET lock_timeout = '1ms';
      ALTER DATABASE :db SET idle_in_transaction_session_timeout = '20ms';
      DO $$ DECLARE one text; BEGIN
        FOR one IN SELECT name FROM pg_settings WHERE name IN ('transaction_timeout', 'idle_session_timeout') LOOP
          EXECUTE 'ALTER DATABASE :db SET ' || one || ' = ''400ms''';
        END LOOP;
      END $$;`,
  },
  {
    title: 'a read-only database is restored, and is read-only again',
    dbname: 'read only',
    sql: 'CREATE TABLE t AS SELECT g AS id FROM generate_series(1, 100) g; CREATE SEQUENCE s; SELECT nextval($$s$$); SELECT lo_from_bytea(0, $$x$$);',
    finish: 'ALTER DATABASE :db SET default_transaction_read_only = on',
  },
  {
    title: 'array_nulls=off turns no NULL into a text',
    dbname: 'array nulls',
    sql: `CREATE TABLE t (id int, a text[], n int[]); INSERT INTO t VALUES (1, ARRAY['x', NULL], ARRAY[1, NULL]), (2, ARRAY['x', 'NULL'], '{}');`,
    finish: 'ALTER DATABASE :db SET array_nulls = off',
  },
  {
    title: 'formats of dates, intervals, numbers, bytes and XML set on the database change no value',
    dbname: 'formats',
    sql: `SET xmloption = content;
      CREATE TABLE t (id int, d date, z timestamptz, i interval, f float8, r real, b bytea, x xml, m money, s text);
      INSERT INTO t VALUES (1, '2024-02-03', '2024-02-03 04:05:06.789Z', '1 year -2 days 03:04:05', 0.1 + 0.2, 1.0 / 3, '\\xdeadbeef00', 'text <a/> and more', 12.34, 'back\\slash ''quote'''),
        (2, '0044-03-15 BC', 'infinity', '-1 mon', 'NaN', '-Infinity', '', NULL, NULL, NULL);`,
    finish: `ALTER DATABASE :db SET DateStyle = 'SQL, DMY'; ALTER DATABASE :db SET IntervalStyle = sql_standard; ALTER DATABASE :db SET bytea_output = escape;
      ALTER DATABASE :db SET extra_float_digits = -3; ALTER DATABASE :db SET xmloption = document; ALTER DATABASE :db SET TimeZone = 'America/St_Johns';
      ALTER DATABASE :db SET standard_conforming_strings = off; ALTER DATABASE :db SET escape_string_warning = off;
      ALTER DATABASE :db SET search_path = 'nowhere', 'pg_catalog'; ALTER DATABASE :db SET row_security = off; ALTER DATABASE :db SET backslash_quote = on;`,
  },
  {
    title: 'properties of the database come back: owner, limit, comment, grants, settings of roles in it',
    dbname: 'properties',
    roles: ['plain owner', 'some "reader"'],
    sql: 'CREATE TABLE t AS SELECT 1 AS id; CREATE SCHEMA own AUTHORIZATION "plain owner"; GRANT ALL ON SCHEMA public TO "some ""reader""" WITH GRANT OPTION;',
    finish: `ALTER DATABASE :db OWNER TO "plain owner"; ALTER DATABASE :db CONNECTION LIMIT 7; COMMENT ON DATABASE :db IS 'it''s "mine" \\ 100 %';
      REVOKE CONNECT ON DATABASE :db FROM PUBLIC; GRANT CONNECT ON DATABASE :db TO "some ""reader""" WITH GRANT OPTION;
      ALTER DATABASE :db SET work_mem = '5MB'; ALTER DATABASE :db SET "my.setting" = 'a ''quoted'' \\ value, and "more"';
      ALTER ROLE "some ""reader""" IN DATABASE :db SET search_path = 'Odd "Name"', public; ALTER ROLE ALL IN DATABASE :db SET lock_timeout = '9s';`,
  },
  {
    title: 'a name with blanks, quotes, unicode and a leading dash is a database like any other',
    dbname: `-d 'odd' "name" \\ % $HOME; ${'ü'.repeat(8)}`,
    sql: 'CREATE TABLE t AS SELECT 1 AS id;',
  },
  { title: 'an empty database is fine', dbname: 'empty', sql: '' },
];
