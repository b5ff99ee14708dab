/** A database that is backed up. */
export interface Sample {
  readonly dbname: string;
  /** Behind the name in CREATE DATABASE. */
  readonly options?: string;
  readonly sql: string;
  /** A query whose answer tells the contents, where the names of tables cannot be read as text. */
  readonly facts?: string;
}

/** What one set of golden backups shows. */
export interface Feature {
  /** Of its folder. */
  readonly name: string;
  readonly databases: readonly Sample[];
  readonly encryption: 'key' | 'passphrase' | 'none';
  /** Key pairs; each opens the backup alone. */
  readonly recipients?: number;
  /** Commit and records. */
  readonly signed?: boolean;
  /** Of `backup`. */
  readonly args?: readonly string[];
}

/** Roles of all samples; the server may have them already. */
export const ROLES = ['golden_owner', 'golden_reader'];

/** Types, keys, sequences, an empty table, partitions, a view, a trigger, grants: small, and the same in every year. */
const SHOP = `
CREATE SCHEMA sales AUTHORIZATION golden_owner;
CREATE TYPE sales.state AS ENUM ('open', 'sent', 'paid');
CREATE TABLE sales.customers (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, born date, profile jsonb,
  tags text[], picture bytea, full_name text GENERATED ALWAYS AS ('customer ' || name) STORED);
INSERT INTO sales.customers (name, born, profile, tags, picture)
  SELECT CASE g % 4 WHEN 0 THEN E'tab\\there' WHEN 1 THEN E'line\\nend \\\\' WHEN 2 THEN 'größe 日本' ELSE '\\N' END || g,
    CASE WHEN g % 5 > 0 THEN date '1950-01-01' + g * 97 END, jsonb_build_object('n', g), ARRAY['a', NULL, g::text],
    decode(md5(g::text), 'hex') FROM generate_series(1, 120) g;
CREATE TABLE sales.orders (id bigint NOT NULL, customer int NOT NULL REFERENCES sales.customers, ordered_on date NOT NULL,
  total numeric(10, 2) CHECK (total > 0), state sales.state, PRIMARY KEY (id, ordered_on)) PARTITION BY RANGE (ordered_on);
CREATE TABLE sales.orders_old PARTITION OF sales.orders FOR VALUES FROM (MINVALUE) TO ('2024-01-01');
CREATE TABLE sales.orders_new PARTITION OF sales.orders DEFAULT;
INSERT INTO sales.orders SELECT g, 1 + g % 120, date '2023-06-01' + g, g * 1.25, (enum_range(NULL::sales.state))[1 + g % 3]
  FROM generate_series(1, 400) g;
CREATE TABLE "Empty ""one""" (a int, "b c" text);
CREATE SEQUENCE sales.invoice START 1000 INCREMENT 7; SELECT nextval('sales.invoice');
CREATE VIEW sales.open_orders AS SELECT id, total FROM sales.orders WHERE state = 'open';
CREATE MATERIALIZED VIEW sales.totals AS SELECT state, sum(total) FROM sales.orders GROUP BY state;
CREATE FUNCTION sales.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'rows are not to be touched by a restore'; END $$;
CREATE TRIGGER touch BEFORE INSERT ON sales.customers FOR EACH ROW EXECUTE FUNCTION sales.touch();
CREATE INDEX ON sales.orders (state, total);
ALTER TABLE sales.customers OWNER TO golden_owner;
GRANT USAGE ON SCHEMA sales TO golden_reader; GRANT SELECT ON sales.customers TO golden_reader;
COMMENT ON TABLE sales.customers IS 'who buys';
`;

const LARGE_OBJECTS = `
CREATE TABLE files (id int PRIMARY KEY, content oid);
INSERT INTO files SELECT g, lo_from_bytea(70000 + g, convert_to(repeat('page ' || g || E'\\n', g * 40), 'UTF8'))
  FROM generate_series(1, 12) g;
COMMENT ON LARGE OBJECT 70003 IS 'signed'; ALTER LARGE OBJECT 70004 OWNER TO golden_owner;
GRANT SELECT ON LARGE OBJECT 70005 TO golden_reader;
`;

const PROPERTIES = `${SHOP}
ALTER DATABASE golden_properties OWNER TO golden_owner; ALTER DATABASE golden_properties CONNECTION LIMIT 7;
ALTER DATABASE golden_properties SET search_path = sales, public; ALTER DATABASE golden_properties SET work_mem = '8MB';
ALTER ROLE golden_reader IN DATABASE golden_properties SET statement_timeout = '5s';
REVOKE TEMPORARY ON DATABASE golden_properties FROM PUBLIC; GRANT CONNECT ON DATABASE golden_properties TO golden_reader;
COMMENT ON DATABASE golden_properties IS 'with "everything" that a database''s row holds';
`;

/** Names in ISO 8859-1, given as bytes that are no UTF-8. */
const BYTES = `
SET client_encoding = 'SQL_ASCII';
DO $do$ DECLARE e text := convert_from('\\xe9', 'SQL_ASCII'); BEGIN
  EXECUTE format('CREATE TABLE %I (%I int PRIMARY KEY, note text)', 't' || e, 'n' || e);
  EXECUTE format('INSERT INTO %I SELECT g, %L || g FROM generate_series(1, 50) g', 't' || e, 'value' || e);
  EXECUTE format('CREATE VIEW all_rows AS SELECT * FROM %I', 't' || e);
END $do$;
`;
const BYTES_FACTS = `
SELECT string_agg(encode(convert_to(relname, 'SQL_ASCII'), 'hex'), ' ' ORDER BY relname) || ' '
    || (SELECT md5(string_agg(convert_to(one::text, 'SQL_ASCII'), '\\x0a' ORDER BY one)) FROM all_rows one)
  FROM pg_class WHERE relnamespace = 'public'::regnamespace;
`;

const shop = (dbname: string, sql = SHOP): readonly Sample[] => [{ dbname, sql }];

/** One for each thing that a reader must know. */
export const FEATURES: readonly Feature[] = [
  { name: 'key', encryption: 'key', databases: shop('golden_key') },
  { name: 'passphrase', encryption: 'passphrase', databases: shop('golden_passphrase') },
  { name: 'none', encryption: 'none', databases: shop('golden_none') },
  { name: 'signed', encryption: 'key', signed: true, databases: shop('golden_signed') },
  { name: 'recipients', encryption: 'key', recipients: 3, databases: shop('golden_recipients') },
  { name: 'large-objects', encryption: 'key', databases: shop('golden_files', LARGE_OBJECTS) },
  { name: 'split-table', encryption: 'none', args: ['--split-tables', '1B'], databases: shop('golden_split') },
  {
    name: 'two-databases',
    encryption: 'key',
    databases: [...shop('golden_one'), ...shop('golden_two', LARGE_OBJECTS)],
  },
  { name: 'properties', encryption: 'none', databases: shop('golden_properties', PROPERTIES) },
  {
    name: 'odd-name',
    encryption: 'none',
    args: ['--name', '.Größe a/b=c'],
    databases: shop('golden_odd', LARGE_OBJECTS),
  },
  {
    name: 'sql-ascii',
    encryption: 'none',
    databases: [
      {
        dbname: 'golden_bytes',
        options: "TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'",
        sql: BYTES,
        facts: BYTES_FACTS,
      },
    ],
  },
];
