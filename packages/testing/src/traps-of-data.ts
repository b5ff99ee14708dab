import type { Trap } from './trap.ts';

/** Values that a dump or a restore may take for something else. */
export const DATA_TRAPS: readonly Trap[] = [
  {
    title: 'rows that look like the end of the data, or hold tabs, newlines and backslashes, are rows',
    dbname: 'terminators',
    sql: `CREATE TABLE t (id int, text text);
      INSERT INTO t VALUES (1, '\\.'), (2, E'\\\\.\\n'), (3, E'\\n\\\\.\\n\\n\\n'), (4, E'\\t\\tx\\t'), (5, E'\\\\'), (6, E'\\\\N'), (7, NULL), (8, ''), (9, E'\\r\\n'),
        (10, E'\\x01\\x07\\x08\\x0b\\x0c\\x1b\\x7f'), (11, 'NULL'), (12, E'\\\\\\\\.'), (13, ' '), (14, 'COPY t FROM stdin;'), (15, repeat(E'\\n', 1000));
      CREATE TABLE one (text text); INSERT INTO one VALUES ('\\.'), (''), (NULL), (E'\\n'), ('\\N'), (E'\\\\.');
      CREATE TABLE long (text text); INSERT INTO long SELECT repeat(E'\\\\.\\n', 200000); INSERT INTO long SELECT repeat('x', 3000000) || E'\\n\\\\.';
      CREATE TABLE bytes (b bytea); INSERT INTO bytes SELECT decode(string_agg(lpad(to_hex(g), 2, '0'), ''), 'hex') FROM generate_series(0, 255) g;
      CREATE TABLE wide AS SELECT ${Array.from({ length: 400 }, (_, i) => `${i} AS c${i}`).join(', ')};
      CREATE TABLE empty (id int, text text); CREATE TABLE empty_text (text text); INSERT INTO empty_text VALUES ('');`,
  },
  {
    title: 'more than a thousand large objects keep content, owner, grants and comments',
    dbname: 'large objects',
    roles: ['plain owner', 'some "reader"'],
    sql: `CREATE TABLE refs (id int, large oid);
      INSERT INTO refs SELECT g, lo_from_bytea(0, decode(repeat(md5(g::text), 1 + g % 5), 'hex')) FROM generate_series(1, 1207) g;
      INSERT INTO refs SELECT 5000, lo_from_bytea(0, convert_to(repeat(E'\\\\.\\n', 400000), 'UTF8')); INSERT INTO refs SELECT 5001, lo_create(0); INSERT INTO refs SELECT 5002, lo_create(4000000001);
      DO $$ DECLARE one oid; BEGIN
        FOR one IN SELECT large FROM refs WHERE id BETWEEN 1 AND 20 LOOP EXECUTE format('ALTER LARGE OBJECT %s OWNER TO "plain owner"', one); END LOOP;
        FOR one IN SELECT large FROM refs WHERE id BETWEEN 11 AND 30 LOOP EXECUTE format('GRANT SELECT ON LARGE OBJECT %s TO "some ""reader"""', one); END LOOP;
        FOR one IN SELECT large FROM refs WHERE id BETWEEN 25 AND 35 LOOP EXECUTE format('COMMENT ON LARGE OBJECT %s IS %L', one, E'it''s\\n\\\\.'); END LOOP;
        FOR one IN SELECT large FROM refs WHERE id = 5002 LOOP EXECUTE format('GRANT ALL ON LARGE OBJECT %s TO PUBLIC', one); END LOOP;
      END $$; SELECT lo_put(4000000001, 5000000, 'far away');`,
  },
  {
    title: 'sequences keep values that were never used, were reached, or are at their limit',
    dbname: 'sequences',
    sql: `CREATE SEQUENCE fresh START 42; CREATE SEQUENCE called START 42; SELECT nextval('called'); CREATE SEQUENCE down INCREMENT -7 MAXVALUE 100 START 100; SELECT nextval('down'), nextval('down');
      CREATE SEQUENCE full_up MAXVALUE 2; SELECT nextval('full_up'), nextval('full_up'); CREATE SEQUENCE small AS smallint; SELECT setval('small', 32767); SELECT setval('fresh', 77, false);
      CREATE SEQUENCE big; SELECT setval('big', 9223372036854775807); CREATE TABLE t (id serial, s smallserial); INSERT INTO t DEFAULT VALUES; ALTER SEQUENCE t_id_seq CACHE 50 CYCLE;
      CREATE UNLOGGED TABLE u (id serial);`,
  },
  {
    title: 'a thousand small tables are all there',
    dbname: 'many tables',
    sql: `DO $$ BEGIN FOR n IN 1..1000 LOOP EXECUTE format('CREATE TABLE t%s AS SELECT g AS id FROM generate_series(1, %s) g', n, n % 7); END LOOP; END $$;`,
  },
  {
    title: 'a hundred thousand rows of changing length come back in their order',
    dbname: 'many rows',
    sql: `CREATE TABLE t AS SELECT g AS id, repeat('x', (g * 7919 % 300)::int) AS text FROM generate_series(1::bigint, 100000) g;`,
  },
];
