import type { DatabaseProperties } from '@postgres-backuper/format';
import type { Session } from '../session/psql.ts';
import { identifier, joined, literal, type Sql, sql, wholeNumber } from '../session/sql.ts';
import { readProperties } from './read-properties.ts';

/** A database that exists, as a restore that did not create it finds it. */
export interface GivenDatabase {
  readonly properties: DatabaseProperties;
  /** Its first user objects, as the server describes them: `table public.t`. Members of extensions are none. */
  readonly objects: readonly string[];
  /** Number of all of them. */
  readonly objectCount: number;
  readonly extensions: readonly string[];
  readonly hasPublic: boolean;
  /** Whether the role may create objects in the schema public. */
  readonly usesPublic: boolean;
  /** Whether the role may create schemas. */
  readonly createsSchemas: boolean;
  /** Whether a restore into it did not end. */
  readonly isInterrupted: boolean;
}

/** In the order in which their objects are named. */
const CATALOGS = [
  ...['pg_namespace', 'pg_class', 'pg_type', 'pg_proc', 'pg_operator', 'pg_opclass', 'pg_opfamily', 'pg_cast'],
  ...['pg_collation', 'pg_conversion', 'pg_ts_config', 'pg_ts_dict', 'pg_ts_parser', 'pg_ts_template', 'pg_am'],
  ...['pg_language', 'pg_foreign_data_wrapper', 'pg_foreign_server', 'pg_statistic_ext', 'pg_event_trigger'],
  ...['pg_publication', 'pg_default_acl', 'pg_largeobject'],
];
/** Of user objects: initdb makes all others (FirstNormalObjectId). */
const FIRST_OID = 16384;
/** User objects in an error; one more than a message needs would not help. */
const NAMED = 6;

/** Of the database of the session. Errors: those of Session.query. */
export async function readGivenDatabase(session: Session): Promise<GivenDatabase> {
  const [database] = await session.query<{ oid: string } & Omit<GivenDatabase, 'properties'>>(DATABASE);
  if (database === undefined) throw new Error('the database is not in pg_database');
  const { oid, ...rights } = database;
  const objects = await session.query<{ name: string; total: number }>(userObjects());
  const { properties } = await readProperties(session, oid);
  return {
    ...rights,
    properties,
    objects: objects.map(({ name }) => name),
    objectCount: objects[0]?.total ?? 0,
  };
}

const DATABASE = sql`
SELECT d.oid::text AS oid, p.oid IS NOT NULL AS "hasPublic",
       coalesce(pg_catalog.has_schema_privilege(p.oid, 'CREATE'), false) AS "usesPublic",
       pg_catalog.has_database_privilege(d.oid, 'CREATE') AS "createsSchemas",
       EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'pgbackuper_restore') AS "isInterrupted",
       ARRAY(SELECT extname::text FROM pg_catalog.pg_extension ORDER BY 1) AS extensions
  FROM pg_catalog.pg_database d LEFT JOIN pg_catalog.pg_namespace p ON p.nspname = 'public'
 WHERE d.datname = pg_catalog.current_database()`;

/** Parts of others (row types, sequences of identity columns) and members of extensions are no objects of their own. */
function userObjects(): Sql {
  const all = joined(
    CATALOGS.map((name, rank) => {
      const oids = name === 'pg_largeobject' ? sql`pg_largeobject_metadata` : identifier(name);
      return sql`SELECT ${literal(`pg_catalog.${name}`)}::pg_catalog.regclass::pg_catalog.oid AS class, oid,
        ${wholeNumber(rank)} AS rank FROM pg_catalog.${oids} ${ONLY[name] ?? sql``}`;
    }),
    sql` UNION ALL `,
  );
  return sql`
SELECT pg_catalog.pg_describe_object(f.class, f.oid, 0) AS name, f.total
  FROM (SELECT o.*, count(*) OVER () AS total FROM (${all}) o
         WHERE o.oid >= ${wholeNumber(FIRST_OID)} AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
           WHERE d.classid = o.class AND d.objid = o.oid AND d.objsubid = 0 AND d.deptype IN ('e', 'i'))
         ORDER BY o.rank, o.oid LIMIT ${wholeNumber(NAMED)}) f ORDER BY f.rank, f.oid`;
}

/** Schemas of the server, temporary tables of other sessions, and indexes are left out. */
const ONLY: Readonly<Record<string, Sql>> = {
  pg_namespace: sql`WHERE nspname <> 'public' AND pg_catalog.left(nspname::text, 3) <> 'pg_'`,
  pg_class: sql`WHERE relpersistence <> 't' AND relkind NOT IN ('i', 'I', 't')`,
};
