import { sql } from './sql.ts';

/**
 * Settings that a session must not take from the database, the role or the server. A server that waits for a lock
 * notices the end of its client only if it checks the connection, which in all versions works only on Linux. From a
 * database in SQL_ASCII the server would otherwise refuse to send bytes that are not UTF-8. A database in UTF8 sends
 * names of the cluster unchanged, and psql would drop the parts that are not UTF-8.
 */
export const SESSION_SETTINGS = sql`
SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0;
SET row_security = off; SET DateStyle = ISO; SET IntervalStyle = postgres; SET extra_float_digits = 3;
SET standard_conforming_strings = on; SET search_path = ''; SET synchronize_seqscans = off; SET array_nulls = on;
SET default_transaction_read_only = off; SET client_min_messages = error;
SELECT pg_catalog.set_config(name, '0', false) FROM pg_catalog.pg_settings
 WHERE name IN ('transaction_timeout', 'idle_session_timeout');
SELECT pg_catalog.set_config(name, '2s', false) FROM pg_catalog.pg_settings
 WHERE name = 'client_connection_check_interval' AND pg_catalog.version() LIKE '%linux%';
SELECT pg_catalog.set_config('client_encoding', 'SQL_ASCII', false)
 WHERE pg_catalog.current_setting('server_encoding') IN ('SQL_ASCII', 'UTF8');`;
