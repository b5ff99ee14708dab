/** Settings that a session must not inherit from the database. */
export const SESSION_SQL = `
SET client_encoding = 'UTF8'; SET search_path = ''; SET statement_timeout = 0; SET lock_timeout = 0; SET row_security = off;
SET idle_in_transaction_session_timeout = 0; SET DateStyle = ISO; SET IntervalStyle = postgres; SET extra_float_digits = 3;
SET bytea_output = hex; SET TimeZone = 'UTC'; SET xmloption = content; SET array_nulls = on; SET standard_conforming_strings = on;
SET client_min_messages = warning;
DO $$ BEGIN
  PERFORM pg_catalog.set_config(name, '0', false) FROM pg_catalog.pg_settings WHERE name IN ('transaction_timeout', 'idle_session_timeout');
END $$;
`;

/**
 * [{name, columns}] of every table with rows of its own; materialized views too. Columns in order of their names. Below
 * a partition by hash the rows are read from there: the leaf of a row depends on an enum's OIDs.
 */
export const TABLES_SQL = `
SELECT coalesce(json_agg(json_build_object('name', name, 'columns', columns) ORDER BY name), '[]')
  FROM (SELECT CASE WHEN c.relkind = 'p' THEN '' ELSE 'ONLY ' END || format('%I.%I', n.nspname, c.relname) AS name,
               coalesce(string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname COLLATE "C"), '') AS columns
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         WHERE c.relkind IN ('r', 'm', 'p') AND c.relpersistence <> 't' AND n.nspname !~ '^(pg_|information_schema$)'
           AND (c.relkind <> 'p' OR EXISTS (SELECT FROM pg_partitioned_table WHERE partrelid = c.oid AND partstrat = 'h'))
           AND NOT EXISTS (SELECT FROM pg_partition_ancestors(c.oid) up JOIN pg_partitioned_table p ON p.partrelid = up.relid
                            WHERE p.partstrat = 'h' AND up.relid <> c.oid)
         GROUP BY c.oid, n.nspname, c.relname, c.relkind) t;
`;

export const SEQUENCES_SQL = `
SELECT coalesce(json_object_agg(name, state ORDER BY name), '{}')
  FROM (SELECT format('%I.%I', n.nspname, c.relname) AS name,
               (xpath('//s/text()', query_to_xml(format('SELECT concat_ws(chr(32), last_value, is_called) AS s FROM %I.%I',
                  n.nspname, c.relname), false, true, '')))[1]::text AS state
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'S' AND c.relpersistence <> 't') q;
`;

export const LARGE_OBJECTS_SQL = `
SELECT coalesce(json_object_agg(m.oid, concat_ws(' ', pg_get_userbyid(m.lomowner), m.lomacl,
         quote_nullable(obj_description(m.oid, 'pg_largeobject')), length(lo_get(m.oid)), encode(sha256(lo_get(m.oid)), 'hex'))
         ORDER BY m.oid), '{}')
  FROM pg_largeobject_metadata m;
`;

export const DATABASE_SQL = `
SELECT json_build_object('encoding', pg_encoding_to_char(encoding), 'collate', datcollate, 'ctype', datctype,
         'owner', pg_get_userbyid(datdba), 'limit', datconnlimit, 'template', datistemplate, 'acl', datacl::text,
         'comment', shobj_description(oid, 'pg_database'),
         'settings', (SELECT json_agg(json_build_array(coalesce(pg_get_userbyid(nullif(setrole, 0)), ''), setting) ORDER BY setrole, setting)
                        FROM pg_db_role_setting, unnest(setconfig) setting WHERE setdatabase = d.oid))
  FROM pg_database d WHERE datname = current_database();
`;
