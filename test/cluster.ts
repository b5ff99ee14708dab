import { type Client, findPrograms, newestPrograms, type Server } from '@postgres-backuper/postgres';
import type { Postgres } from '@postgres-backuper/testing';
import { testContext } from './test-context.ts';

export async function clientOf(server: Server): Promise<Client> {
  return { server, programs: newestPrograms(await findPrograms(server, testContext())) };
}

/** Everything of the cluster that belongs to no database, without oids; instants and password hashes as they are. */
export async function factsOfRoles(postgres: Postgres, dbname = 'postgres'): Promise<unknown> {
  return JSON.parse(await postgres.psql(FACTS, dbname));
}

const FACTS = `
SET client_encoding = 'UTF8'; SET TimeZone = 'UTC'; SET DateStyle = ISO;
SELECT json_build_object(
  'pg_authid', (SELECT json_agg(to_jsonb(a) - 'oid' ORDER BY rolname) FROM pg_authid a WHERE rolname !~ '^pg_'),
  'pg_auth_members', (SELECT json_agg(jsonb_build_array(roleid::regrole, member::regrole, grantor::regrole,
                         to_jsonb(m) - 'oid' - 'roleid' - 'member' - 'grantor') ORDER BY roleid::regrole::text, member::regrole::text)
                        FROM pg_auth_members m WHERE roleid >= 16384),
  'pg_db_role_setting', (SELECT json_agg(json_build_array(setrole::regrole, setconfig) ORDER BY setrole::regrole::text)
                           FROM pg_db_role_setting WHERE setdatabase = 0),
  'pg_shdescription', (SELECT json_agg(json_build_array(rolname, description) ORDER BY rolname)
                         FROM pg_shdescription JOIN pg_authid ON pg_authid.oid = objoid WHERE classoid = 'pg_authid'::regclass),
  'pg_shseclabel', (SELECT json_agg(json_build_array(rolname, provider, label) ORDER BY rolname, provider)
                      FROM pg_shseclabel JOIN pg_authid ON pg_authid.oid = objoid WHERE classoid = 'pg_authid'::regclass));`;
