/** `$t` is the table of the case, `$x` its name, for other objects of the case. */
export type Case = readonly (readonly [what: string, before: string, change: string])[];

export const ROWS = `SELECT g AS id, md5(g::text) AS note FROM generate_series(1, 2000) g`;
const LONG = `(SELECT string_agg(md5((g * 1000 + s)::text), '') FROM generate_series(1, 200) s)`;
const WIDE = `DROP TABLE $t; CREATE TABLE $t AS SELECT g AS id, ${LONG} AS note FROM generate_series(1, 50) g`;

/** What must make a later backup read the table again. */
export const CHANGES: Case = [
  ['a row is updated', '', `UPDATE $t SET note = 'x' WHERE id = 7`],
  ['a row is deleted', '', 'DELETE FROM $t WHERE id = 7'],
  ['a row is added', '', 'INSERT INTO $t VALUES (0)'],
  ['rows are deleted and vacuumed away', '', 'DELETE FROM $t WHERE id > 100; VACUUM $t'],
  ['the end of the file is cut', '', 'DELETE FROM $t WHERE id > 100; VACUUM $t; INSERT INTO $t VALUES (0)'],
  ['all rows go, and the file is cut', '', 'DELETE FROM $t; VACUUM $t'],
  ['it is frozen', '', 'UPDATE $t SET note = note WHERE id = 1; VACUUM FREEZE $t'],
  ['it is truncated', '', 'TRUNCATE $t'],
  ['it is truncated and filled again', '', `BEGIN; TRUNCATE $t; INSERT INTO $t ${ROWS}; COMMIT`],
  ['it is rewritten', '', 'VACUUM FULL $t'],
  ['it is clustered', 'CREATE INDEX $x_i ON $t (note)', 'CLUSTER $t USING $x_i'],
  ['a column is added', '', 'ALTER TABLE $t ADD COLUMN c int'],
  ['a column with a default is added', '', 'ALTER TABLE $t ADD COLUMN c int DEFAULT 5'],
  ['a column with a volatile default is added', '', 'ALTER TABLE $t ADD COLUMN c float8 DEFAULT random()'],
  ['a generated column is added', '', 'ALTER TABLE $t ADD COLUMN c int GENERATED ALWAYS AS (id * 2) STORED'],
  ['a column is dropped', '', 'ALTER TABLE $t DROP COLUMN note'],
  ['a column is dropped and made again', '', 'ALTER TABLE $t DROP COLUMN note; ALTER TABLE $t ADD COLUMN note text'],
  ['a column gets another default', '', 'ALTER TABLE $t DROP COLUMN note, ADD COLUMN note text DEFAULT 7'],
  ['a column is renamed', '', 'ALTER TABLE $t RENAME COLUMN note TO other'],
  ['a column is renamed and back', '', 'ALTER TABLE $t RENAME note TO other; ALTER TABLE $t RENAME other TO note'],
  [
    'two columns swap their names',
    'ALTER TABLE $t ADD COLUMN b int; UPDATE $t SET b = id + 1',
    'ALTER TABLE $t RENAME b TO c; ALTER TABLE $t RENAME id TO b; ALTER TABLE $t RENAME c TO id',
  ],
  ['the type of a column changes', '', 'ALTER TABLE $t ALTER COLUMN id TYPE numeric(10, 2)'],
  [
    'a type changes without a rewrite',
    'ALTER TABLE $t ALTER note TYPE varchar(40)',
    'ALTER TABLE $t ALTER note TYPE varchar(80)',
  ],
  [
    'two tables swap their names',
    `CREATE TABLE $t_o AS ${ROWS} LIMIT 5`,
    'ALTER TABLE $t RENAME TO $t_p; ALTER TABLE $t_o RENAME TO $t',
  ],
  [
    'it moves to another schema and back',
    'CREATE SCHEMA $x',
    'ALTER TABLE $t SET SCHEMA $x; ALTER TABLE $x.$t SET SCHEMA public',
  ],
  ['it becomes unlogged', '', 'ALTER TABLE $t SET UNLOGGED; INSERT INTO $t VALUES (0)'],
  [
    'it becomes unlogged and logged again',
    '',
    'ALTER TABLE $t SET UNLOGGED; INSERT INTO $t VALUES (0); ALTER TABLE $t SET LOGGED',
  ],
  ['it is unlogged', 'ALTER TABLE $t SET UNLOGGED', 'INSERT INTO $t VALUES (0)'],
  ['it was unlogged', 'ALTER TABLE $t SET UNLOGGED', 'INSERT INTO $t VALUES (0); ALTER TABLE $t SET LOGGED'],
  ['a long value is updated', WIDE, `UPDATE $t SET note = note || 'x' WHERE id = 3`],
  ['a value beside a long one is updated', WIDE, `UPDATE $t SET id = 1000 WHERE id = 3`],
  ['long values are deleted', WIDE, 'DELETE FROM $t WHERE id = 3; VACUUM $t'],
  ['another table of that name is made', '', `DROP TABLE $t; CREATE TABLE $t AS ${ROWS}`],
  [
    'an enum has another label',
    `CREATE TYPE $x AS ENUM ('a'); ALTER TABLE $t ADD COLUMN e $x DEFAULT 'a'`,
    `ALTER TYPE $x RENAME VALUE 'a' TO 'b'`,
  ],
  [
    'an enum in an array has another label',
    `CREATE TYPE $x AS ENUM ('a'); ALTER TABLE $t ADD COLUMN e $x[] DEFAULT '{a}'`,
    `ALTER TYPE $x RENAME VALUE 'a' TO 'b'`,
  ],
  [
    'an enum in a domain has another label',
    `CREATE TYPE $x AS ENUM ('a'); CREATE DOMAIN $x_d AS $x; ALTER TABLE $t ADD COLUMN e $x_d DEFAULT 'a'`,
    `ALTER TYPE $x RENAME VALUE 'a' TO 'b'`,
  ],
  [
    'an enum in a range has another label',
    `CREATE TYPE $x AS ENUM ('a'); CREATE TYPE $x_r AS RANGE (subtype = $x); ALTER TABLE $t ADD COLUMN e $x_r DEFAULT '[a,a]'`,
    `ALTER TYPE $x RENAME VALUE 'a' TO 'b'`,
  ],
  [
    'a composite type changes',
    `CREATE TYPE $x AS (x int); ALTER TABLE $t ADD COLUMN p $x; UPDATE $t SET p = ROW(1)`,
    'ALTER TYPE $x ADD ATTRIBUTE y int',
  ],
  [
    'what a regclass names has another name',
    `CREATE TABLE $x_o (); ALTER TABLE $t ADD COLUMN r regclass; UPDATE $t SET r = '$x_o'::regclass`,
    'ALTER TABLE $x_o RENAME TO $x_q',
  ],
  [
    'what a regrole names has another name',
    `CREATE ROLE $x_a; ALTER TABLE $t ADD COLUMN r regrole; UPDATE $t SET r = '$x_a'::regrole`,
    'ALTER ROLE $x_a RENAME TO $x_b',
  ],
  ['it has a column of money', 'ALTER TABLE $t ADD COLUMN m money DEFAULT 5', 'SELECT'],
  ['row security is enabled', '', 'ALTER TABLE $t ENABLE ROW LEVEL SECURITY'],
  [
    'a row changes in a subtransaction',
    '',
    'BEGIN; SAVEPOINT s; UPDATE $t SET note = 1 WHERE id = 1; RELEASE s; COMMIT',
  ],
  [
    'a row changes in an exception block',
    '',
    `DO 'BEGIN UPDATE $t SET note = 1 WHERE id = 1; EXCEPTION WHEN others THEN NULL; END'`,
  ],
  [
    'a cursor changes a row',
    '',
    'BEGIN; DECLARE c CURSOR FOR SELECT * FROM $t FOR UPDATE; FETCH c; UPDATE $t SET note = 1 WHERE CURRENT OF c; COMMIT',
  ],
  [
    'a foreign key deletes rows',
    `CREATE TABLE $t_k (id int PRIMARY KEY); INSERT INTO $t_k VALUES (1); DELETE FROM $t WHERE id > 1;
     ALTER TABLE $t ADD FOREIGN KEY (id) REFERENCES $t_k ON DELETE CASCADE`,
    'DELETE FROM $t_k',
  ],
  ['rows are merged', '', 'MERGE INTO $t USING (SELECT 1 AS id) s ON $t.id = s.id WHEN MATCHED THEN DELETE'],
  ['rows are copied into it', '', `COPY $t (id) FROM PROGRAM 'echo 5'`],
  ['rows are copied frozen', '', `BEGIN; TRUNCATE $t; COPY $t (id) FROM PROGRAM 'echo 5' (FREEZE); COMMIT`],
  [
    'a row is updated with all others locked',
    '',
    'BEGIN; SELECT * FROM $t FOR SHARE; UPDATE $t SET id = 0 WHERE id = 1; COMMIT',
  ],
];

/** Without a change of the rows: leaving the table unread must be right. */
export const HARMLESS: Case = [
  ['nothing happens', '', 'SELECT'],
  ['it is read', '', 'SELECT count(*) FROM $t; CHECKPOINT; SELECT count(*) FROM $t'],
  ['it is analyzed', '', 'ANALYZE $t'],
  ['it is vacuumed', '', 'VACUUM $t'],
  ['an index is made', '', 'CREATE INDEX ON $t (note)'],
  ['its index is made anew', 'CREATE INDEX ON $t (note)', 'REINDEX TABLE $t'],
  ['a view on it is made', '', 'CREATE MATERIALIZED VIEW $x AS SELECT * FROM $t; REFRESH MATERIALIZED VIEW $x'],
  [
    'rows of another table change',
    'CREATE TABLE $t_o AS SELECT * FROM $t',
    'UPDATE $t_o SET note = 1; DELETE FROM $t_o; VACUUM $t_o',
  ],
  ['a sequence counts', 'CREATE SEQUENCE $x', `SELECT nextval('$x') FROM generate_series(1, 100)`],
  ['it has dropped columns', 'ALTER TABLE $t ADD COLUMN c int; ALTER TABLE $t DROP COLUMN c', 'SELECT'],
  ['it has a column with a fast default', 'ALTER TABLE $t ADD COLUMN c int DEFAULT 5', 'SELECT'],
  [
    'it is a partition',
    'CREATE TABLE $t_r (id int, note text) PARTITION BY RANGE (id); ALTER TABLE $t_r ATTACH PARTITION $t DEFAULT',
    'SELECT',
  ],
  ['it has long values', WIDE, 'SELECT sum(length(note)) FROM $t'],
];
