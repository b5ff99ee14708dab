import { createHash } from 'node:crypto';
import type { TableState } from '@postgres-backuper/format';
import type { Session } from '../session/psql.ts';
import { joined, literal, sql } from '../session/sql.ts';

/** Their text depends on the value alone, with the settings of a dump. Not: reg*, enum, domain, composite, money, xml. */
const TYPES =
  'bool bytea char name int8 int2 int4 text oid json jsonb float4 float8 numeric bpchar varchar uuid date time timetz ' +
  'timestamp timestamptz interval inet cidr macaddr macaddr8 bit varbit point lseg path box polygon line circle ' +
  'tsvector tsquery pg_lsn';

const NAMES = joined(TYPES.split(' ').flatMap((name) => [literal(name), literal(`_${name}`)]));

/**
 * Plain, permanent heap tables of columns with built-in types. `xmin` names the version of a row of the catalog: a change
 * that was taken back leaves another one. Tables of extensions may be dumped in part, those with row security by a filter.
 */
const STATES = sql`
SELECT c.oid::text AS oid, c.relfilenode::text AS filenode, coalesce(t.relfilenode, 0)::text AS "toastFilenode",
       ROW(c.xmin, n.oid, n.xmin, t.oid, t.xmin, columns.versions)::text AS definition
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_am m ON m.oid = c.relam
  LEFT JOIN pg_catalog.pg_class t ON t.oid = c.reltoastrelid
 CROSS JOIN LATERAL (
       SELECT string_agg(ROW(a.attnum, a.xmin, a.atttypid, a.atttypmod, a.attlen, y.xmin, p.oid, p.xmin, e.xmin, q.oid,
                         q.xmin)::text, ' '
                         ORDER BY a.attnum) AS versions,
              bool_and(a.attisdropped OR y.oid < 16384 AND y.typnamespace = 11 AND y.typname IN (${NAMES})) AS known
         FROM pg_catalog.pg_attribute a
         LEFT JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
         LEFT JOIN pg_catalog.pg_proc p ON p.oid = y.typoutput
         LEFT JOIN pg_catalog.pg_type e ON e.oid = y.typelem
         LEFT JOIN pg_catalog.pg_proc q ON q.oid = e.typoutput
        WHERE a.attrelid = c.oid AND a.attnum > 0) columns
 WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND m.oid = 2 AND NOT c.relrowsecurity AND c.relfilenode <> 0
   AND c.oid >= 16384 AND columns.known
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                      AND d.objid = c.oid AND d.deptype = 'e')`;

/** The tables that can be judged, as the snapshot of the session sees them. */
export async function readTableStates(session: Session): Promise<readonly TableState[]> {
  const states = await session.query<TableState>(STATES);
  return states.map((state) => ({
    ...state,
    definition: createHash('sha256').update(state.definition).digest('hex'),
  }));
}

/** Whether nothing but rows can differ. */
export function isSameTable(one: TableState, other: TableState): boolean {
  return (
    one.oid === other.oid &&
    one.filenode === other.filenode &&
    one.toastFilenode === other.toastFilenode &&
    one.definition === other.definition
  );
}
