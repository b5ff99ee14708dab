import { body, identifier, literal, type Sql, sql, wholeNumber } from '../session/sql.ts';

/*
 * What a role needs that backs up and nothing else. docs/minimal-role.md, `setup-role` and the hints of `check` are made
 * of these. Each statement can be run again.
 */

/** The role, without a password; one that exists is kept. */
export function backupRole(role: string, database: string): readonly Sql[] {
  const name = identifier(role);
  const create = sql`BEGIN CREATE ROLE ${name}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END`;
  return [
    sql`DO ${body(create)}`,
    sql`ALTER ROLE ${name} LOGIN`,
    passRowPolicies(role),
    readEverything(role),
    sql`GRANT CONNECT ON DATABASE ${identifier(database)} TO ${name}`,
  ];
}

/** Tables and sequences of all schemas, also those made later. */
export function readEverything(role: string): Sql {
  return sql`GRANT pg_read_all_data TO ${identifier(role)}`;
}

export function passRowPolicies(role: string): Sql {
  return sql`ALTER ROLE ${identifier(role)} BYPASSRLS`;
}

/** The large objects of the database; from PostgreSQL 18 also those that their owners make later. */
export function readLargeObjects(role: string): readonly Sql[] {
  const to = literal(role);
  const each = sql`FOR found IN SELECT oid FROM pg_catalog.pg_largeobject_metadata LOOP
    EXECUTE pg_catalog.format('GRANT SELECT ON LARGE OBJECT %s TO %I', found.oid, ${to}); END LOOP;`;
  const later = sql`FOR found IN SELECT DISTINCT lomowner::pg_catalog.regrole AS owner FROM pg_catalog.pg_largeobject_metadata
    LOOP EXECUTE pg_catalog.format('ALTER DEFAULT PRIVILEGES FOR ROLE %s GRANT SELECT ON LARGE OBJECTS TO %I', found.owner, ${to}); END LOOP;`;
  return [
    sql`DO ${body(sql`DECLARE found record; BEGIN ${each} END`)}`,
    sql`DO ${body(sql`DECLARE found record; BEGIN ${since(180_000, later)} END`)}`,
  ];
}

/** The checkpoint with which a differential learns which tables did not change. */
export function runCheckpoint(role: string): Sql {
  return sql`GRANT pg_checkpoint TO ${identifier(role)}`;
}

/** The pause of the replay on a standby. The rights are the database's own. */
export function pauseReplay(role: string): Sql {
  return sql`GRANT EXECUTE ON FUNCTION pg_catalog.pg_wal_replay_pause(), pg_catalog.pg_wal_replay_resume() TO ${identifier(role)}`;
}

/** The checkpoint where the server has what it is for. */
export function runCheckpointWhereUsed(role: string): Sql {
  return sql`DO ${body(sql`BEGIN ${since(170_000, sql`${runCheckpoint(role)};`)} END`)}`;
}

/** Sets the password; `verifier` is what the server keeps of it. */
export function storePassword(role: string, verifier: string): Sql {
  return sql`ALTER ROLE ${identifier(role)} PASSWORD ${literal(verifier)}`;
}

function since(version: number, statements: Sql): Sql {
  return sql`IF pg_catalog.current_setting('server_version_num')::int >= ${wholeNumber(version)} THEN ${statements} END IF;`;
}
