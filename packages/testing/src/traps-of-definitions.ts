import type { Trap } from './trap.ts';

/** Definitions whose data are loaded into another place, in another order or in another way than a plain table's. */
export const DEFINITION_TRAPS: readonly Trap[] = [
  {
    title: 'partitions by the hash of an enum are loaded through their root',
    dbname: 'hash of enum',
    sql: `CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy'); CREATE TABLE phe (m mood, id int) PARTITION BY HASH (m);
      CREATE TABLE phe_0 PARTITION OF phe FOR VALUES WITH (MODULUS 3, REMAINDER 0); CREATE TABLE phe_1 PARTITION OF phe FOR VALUES WITH (MODULUS 3, REMAINDER 1);
      CREATE TABLE phe_2 (id int, junk text, m mood); ALTER TABLE phe_2 DROP COLUMN junk;
      ALTER TABLE phe ATTACH PARTITION phe_2 FOR VALUES WITH (MODULUS 3, REMAINDER 2);
      INSERT INTO phe SELECT (enum_range(NULL::mood))[1 + g % 3], g FROM generate_series(1, 3000) g;`,
  },
  {
    title: 'tables without columns keep their rows, tables of generated columns too',
    dbname: 'no columns',
    sql: `CREATE TABLE none (); INSERT INTO none SELECT FROM generate_series(1, 17); CREATE TABLE none_and_empty ();
      CREATE TABLE generated (a int GENERATED ALWAYS AS (1 + 1) STORED, b text GENERATED ALWAYS AS ('x') STORED);
      INSERT INTO generated SELECT FROM generate_series(1, 5);
      CREATE TABLE dropped (a int); ALTER TABLE dropped DROP COLUMN a; INSERT INTO dropped SELECT FROM generate_series(1, 3);
      CREATE TABLE mixed (z int, a int GENERATED ALWAYS AS (z * 2) STORED, "mid ünï" text, id2 int GENERATED ALWAYS AS IDENTITY);
      INSERT INTO mixed (z, "mid ünï") SELECT g, 'm' || g FROM generate_series(1, 50) g;`,
  },
  {
    title: 'children of inheritance whose columns have another order keep each value in its column',
    dbname: 'inheritance',
    sql: `CREATE TABLE p (id int, a text); CREATE TABLE c (b text, c text) INHERITS (p); CREATE TABLE g (d text) INHERITS (c);
      ALTER TABLE p ADD COLUMN late text DEFAULT 'late'; ALTER TABLE p ALTER COLUMN a SET NOT NULL;
      INSERT INTO p VALUES (1, 'pa', 'pl'); INSERT INTO c (id, a, b, c, late) VALUES (2, 'ca', 'cb', 'cc', 'cl'); INSERT INTO g (id, a, b, c, d, late) VALUES (3, 'ga', 'gb', 'gc', 'gd', 'gl');`,
  },
  {
    title: 'triggers and rules fire for no restored row',
    dbname: 'triggers',
    sql: `CREATE TABLE audit (what text); CREATE TABLE pr (id int, part int) PARTITION BY LIST (part);
      CREATE TABLE pr_1 PARTITION OF pr FOR VALUES IN (1); CREATE TABLE pr_2 PARTITION OF pr FOR VALUES IN (2);
      CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.audit VALUES (TG_TABLE_NAME || NEW.id); RETURN NEW; END $$;
      INSERT INTO pr SELECT g, 1 + g % 2 FROM generate_series(1, 3000) g;
      CREATE TABLE plain (id int); INSERT INTO plain VALUES (1), (2);
      CREATE TRIGGER t_part AFTER INSERT ON pr FOR EACH ROW EXECUTE FUNCTION note(); CREATE TRIGGER t_plain BEFORE INSERT ON plain FOR EACH ROW EXECUTE FUNCTION note();
      ALTER TABLE plain ENABLE ALWAYS TRIGGER t_plain; CREATE TRIGGER t_off AFTER INSERT ON plain FOR EACH ROW EXECUTE FUNCTION note(); ALTER TABLE plain DISABLE TRIGGER t_off;
      CREATE TABLE ruled (id int); INSERT INTO ruled VALUES (1); CREATE RULE r AS ON INSERT TO ruled DO ALSO INSERT INTO audit VALUES ('rule');
      INSERT INTO audit VALUES ('the only one');`,
  },
  {
    title: 'configuration tables of an extension keep their rows, and foreign keys between them hold',
    dbname: 'extension',
    needsTrapExtension: true,
    sql: `CREATE SCHEMA backuper_trap; CREATE EXTENSION backuper_trap SCHEMA backuper_trap;
      INSERT INTO backuper_trap.z_parent SELECT g, 'mine ' || g FROM generate_series(1, 2000) g;
      INSERT INTO backuper_trap.a_child SELECT g, g, 'child ' || g FROM generate_series(1, 2000) g;
      INSERT INTO backuper_trap.a_child VALUES (0, 0, 'of a row that the extension ships');`,
  },
  {
    title: 'names with newlines, semicolons, percent signs, backslashes, quotes and unicode are names',
    dbname: 'odd names',
    roles: [`ro\nle; DROP "x" %s \\ 'y'`],
    sql: `CREATE SCHEMA "a;b ""q"" % \\ 'x' ü"; SET search_path = "a;b ""q"" % \\ 'x' ü";
      CREATE TABLE "line
break" ("c;1" int, "c%s" text, "c""q" text, "c\\n" text, "c'x" text, "漢字
" text);
      INSERT INTO "line
break" VALUES (1, 'a', 'b', 'c', 'd', 'e'), (2, NULL, '', ' ', E'\\n', E'\\\\');
      CREATE TABLE "FROM stdin;
\\." ("\\." text, "COPY x FROM stdin;" int); INSERT INTO "FROM stdin;
\\." VALUES (E'\\\\.', 1);
      CREATE TABLE "-- comment" (a int); CREATE TABLE "Mixed Case" ("Select" int); INSERT INTO "Mixed Case" VALUES (1);
      CREATE SEQUENCE "se'q;""%"; SELECT nextval('"se''q;""%"');
      CREATE TABLE "${'n'.repeat(62)}é" (a int);
      ALTER TABLE "Mixed Case" OWNER TO "ro
le; DROP ""x"" %s \\ 'y'"; COMMENT ON TABLE "Mixed Case" IS E'line one\\nline; two \\\\.\\n\\\\.';`,
  },
  {
    title: 'constraints that are not valid, row security, unlogged tables and identities keep their kind',
    dbname: 'kinds',
    roles: ['plain owner'],
    sql: `CREATE TABLE parent (id int PRIMARY KEY); INSERT INTO parent VALUES (1);
      CREATE TABLE child (id int, parent int); INSERT INTO child VALUES (1, 1), (2, 99);
      ALTER TABLE child ADD CONSTRAINT fk FOREIGN KEY (parent) REFERENCES parent NOT VALID, ADD CONSTRAINT positive CHECK (parent < 50) NOT VALID;
      CREATE TABLE secret (id int, who text); INSERT INTO secret SELECT g, 'x' FROM generate_series(1, 10) g;
      ALTER TABLE secret OWNER TO "plain owner"; ALTER TABLE secret ENABLE ROW LEVEL SECURITY; ALTER TABLE secret FORCE ROW LEVEL SECURITY; CREATE POLICY none ON secret USING (false);
      CREATE UNLOGGED TABLE unlogged AS SELECT g AS id FROM generate_series(1, 10) g;
      CREATE TABLE always (id bigint GENERATED ALWAYS AS IDENTITY (START 10 INCREMENT -5 MINVALUE -1000 MAXVALUE 10 CYCLE), t text); INSERT INTO always (t) VALUES ('a'), ('b');
      CREATE DOMAIN positive AS int CHECK (VALUE > 0); CREATE TABLE dom (p positive[], r int4range, c parent); INSERT INTO dom VALUES ('{1,2}', '[1,5)', ROW(7));
      CREATE TABLE self (id int PRIMARY KEY, boss int REFERENCES self); INSERT INTO self VALUES (1, 1), (2, 1); UPDATE self SET boss = 2;
      CREATE TABLE deferred (id int UNIQUE DEFERRABLE INITIALLY DEFERRED); INSERT INTO deferred VALUES (1);
      CREATE TABLE excluded (r int4range, EXCLUDE USING gist (r WITH &&)); INSERT INTO excluded VALUES ('[1,2)');`,
  },
  {
    title: 'an event trigger that watches DDL stops no restore',
    dbname: 'event trigger',
    sql: `CREATE TABLE t AS SELECT g AS id FROM generate_series(1, 10) g; CREATE MATERIALIZED VIEW v AS SELECT count(*) AS n FROM t; CREATE TABLE ddl (tag text);
      CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'ddl: %', TG_TAG; END $$;
      CREATE EVENT TRIGGER watch_ddl ON ddl_command_end EXECUTE FUNCTION watch();`,
  },
];
