import { expect, it } from 'vitest';
import { readGlobalRoles } from './globals-roles.ts';

const GLOBALS = `--
-- PostgreSQL database cluster dump
--
\\restrict abc

SET default_transaction_read_only = off;
SET standard_conforming_strings = on;

CREATE ROLE "App Owner";
ALTER ROLE "App Owner" WITH NOSUPERUSER NOINHERIT NOCREATEROLE CREATEDB LOGIN NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 5 PASSWORD 'SCRAM-SHA-256$4096:a$b:c=' VALID UNTIL '2030-03-04 00:00:00+00';
COMMENT ON ROLE "App Owner" IS 'CREATE ROLE no; ALTER ROLE "App Owner" WITH SUPERUSER;';
CREATE ROLE plain;
ALTER ROLE plain WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;
CREATE ROLE root;
ALTER ROLE root WITH SUPERUSER INHERIT CREATEROLE CREATEDB LOGIN REPLICATION BYPASSRLS;
ALTER ROLE plain SET search_path TO 'login', 'superuser';
GRANT plain TO "App Owner" WITH ADMIN OPTION, INHERIT FALSE, SET TRUE GRANTED BY root;
GRANT root TO plain GRANTED BY root;
CREATE TABLESPACE fast OWNER root LOCATION '/fast';
\\unrestrict abc
`;

it('roles, their attributes and memberships are read', () => {
  const plain = { inherit: true, connectionLimit: -1, password: undefined, validUntil: undefined };
  expect(readGlobalRoles(GLOBALS)).toEqual([
    {
      ...{ name: 'App Owner', login: true, inherit: false, connectionLimit: 5, powers: ['CREATEDB'] },
      ...{ password: 'SCRAM-SHA-256$4096:a$b:c=', validUntil: '2030-03-04 00:00:00+00' },
      memberOf: [{ role: 'plain', admin: true, inherit: false, set: true }],
    },
    {
      ...{ name: 'plain', login: false, ...plain, powers: [] },
      memberOf: [{ role: 'root', admin: false, inherit: undefined, set: undefined }],
    },
    {
      ...{ name: 'root', login: true, ...plain, memberOf: [] },
      powers: ['SUPERUSER', 'CREATEROLE', 'CREATEDB', 'REPLICATION', 'BYPASSRLS'],
    },
  ]);
});

it('text without roles has none', () => {
  expect(readGlobalRoles('')).toEqual([]);
  expect(readGlobalRoles('ALTER ROLE a WITH LOGIN; GRANT a TO b; CREATE ROLE')).toEqual([]);
});
