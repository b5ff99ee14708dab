import type { Session } from '../session/psql.ts';
import { literal, type Sql, sql, wholeNumber } from '../session/sql.ts';
import { isObject, objectKey } from '../toc/needed-entries.ts';
import type { TocEntry } from '../toc/toc.ts';
import type { QualifiedName } from './table-pattern.ts';

/** Objects that are named as needing a missing one, at most. */
const NAMED = 20;

/** What the objects of a dump stand on, though it is not in the dump. */
export interface StandsOn {
  /** Schemas, extensions, types, functions, … : those without rows, as `objectKey`. */
  readonly definitions: ReadonlySet<string>;
  /** Sequences, e.g. of defaults: they have a value, which goes along. */
  readonly sequences: readonly QualifiedName[];
  readonly relations: readonly MissingRelation[];
}

/** A table or view that is not in the dump, or a sequence that the role may not read. */
export interface MissingRelation {
  /** `table`, `view`, … */
  readonly type: string;
  readonly schema: string;
  /** With its schema, quoted where necessary: `sales."B"`. */
  readonly name: string;
  /** Objects of the dump that need it, e.g. `view public.v`, `partition public.p`; some of many. */
  readonly neededBy: readonly string[];
}

/**
 * Follows pg_depend from the objects of a dump to all that they need. It stops at relations, which are not taken along:
 * their rows would be missing. Foreign keys are not followed: a table comes back without them.
 */
export async function readStandsOn(entries: readonly TocEntry[], session: Session): Promise<StandsOn> {
  const objects = entries.filter((entry) => isObject(entry) && entry.description !== 'FK CONSTRAINT');
  const rows = await session.query<FoundRow>(walk(objects));
  return {
    definitions: new Set(rows.filter((row) => row.relation === null).map(objectKey)),
    sequences: rows.flatMap(({ sequence }) => sequence ?? []),
    relations: rows.flatMap(({ relation, neededBy }) =>
      relation === null ? [] : [{ ...relation, neededBy: neededBy ?? [] }],
    ),
  };
}

interface FoundRow {
  readonly catalog: string;
  readonly oid: string;
  readonly relation: Omit<MissingRelation, 'neededBy'> | null;
  readonly neededBy: readonly string[] | null;
  readonly sequence: QualifiedName | null;
}

function oids(numbers: readonly string[]): Sql {
  return literal(`{${numbers.join(',')}}`);
}

/**
 * What `w`, an object of the walk, stands on directly, as `n`: what pg_depend has of it and of its parts, whose SQL is
 * inside of its own (defaults, rules of views, checks, columns of composite types). Objects below 16384 are the server's own.
 * A member of an extension comes with it. An index is reached by a key that needs it: only its table counts; a sequence is
 * needed without the table that owns it.
 */
const STANDS_ON = sql`
  LEFT JOIN pg_catalog.pg_class i ON w.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND i.oid = w.objid
       AND i.relkind IN ('i', 'I', 'S') AND NOT w.dumped
 CROSS JOIN LATERAL (
   SELECT d.refclassid AS classid, d.refobjid AS objid FROM pg_catalog.pg_depend d
    WHERE d.classid = w.classid AND d.objid = w.objid AND d.refobjid >= 16384
      AND (d.deptype = 'e' OR NOT w.ends AND (i.oid IS NULL OR (i.relkind = 'S') = (d.deptype = 'n'))
           AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend m
                            WHERE m.classid = w.classid AND m.objid = w.objid AND m.deptype = 'e'))
   UNION ALL
   SELECT d.classid, d.objid FROM pg_catalog.pg_depend d
     LEFT JOIN pg_catalog.pg_constraint k
       ON d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND k.oid = d.objid
     LEFT JOIN pg_catalog.pg_class c ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = d.objid
    WHERE d.refclassid = w.classid AND d.refobjid = w.objid AND d.deptype IN ('a', 'i') AND NOT w.ends
      AND (d.classid IN ('pg_catalog.pg_attrdef'::pg_catalog.regclass, 'pg_catalog.pg_rewrite'::pg_catalog.regclass)
           OR k.contype IN ('c', 'n') OR c.relkind = 'c')) n`;

/** `back` goes from each missing relation to the objects of the dump. NOT IN is hashed, whatever the planner expects. */
function walk(objects: readonly TocEntry[]): Sql {
  return sql`
WITH RECURSIVE
  dump AS MATERIALIZED (
    SELECT DISTINCT o.classid, o.objid
      FROM unnest(${oids(objects.map(({ catalog }) => catalog))}::pg_catalog.oid[],
                  ${oids(objects.map(({ oid }) => oid))}::pg_catalog.oid[]) o (classid, objid)),
  walk AS (
    SELECT classid, objid, true AS dumped, false AS ends FROM dump
    UNION
    SELECT n.classid, n.objid, false, coalesce(r.relkind IN ('r', 'p', 'v', 'm', 'f'), false)
      FROM walk w ${STANDS_ON}
      LEFT JOIN pg_catalog.pg_class r ON n.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND r.oid = n.objid
     WHERE (n.classid, n.objid) NOT IN (SELECT classid, objid FROM dump)),
  missing AS MATERIALIZED (
    SELECT w.classid, w.objid FROM walk w
      LEFT JOIN pg_catalog.pg_class c ON w.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = w.objid
     WHERE NOT w.dumped
       AND CASE WHEN c.relkind = 'S' THEN NOT pg_catalog.has_sequence_privilege(c.oid, 'SELECT') ELSE w.ends END
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend m
                                   WHERE m.classid = w.classid AND m.objid = w.objid AND m.deptype = 'e')),
  edges AS MATERIALIZED (
    SELECT w.classid AS from_class, w.objid AS from_id, w.dumped, n.classid, n.objid FROM walk w ${STANDS_ON}
     WHERE EXISTS (SELECT FROM missing)),
  back AS (
    SELECT e.classid, e.objid, e.from_class, e.from_id, e.dumped FROM edges e
     WHERE (e.classid, e.objid) IN (SELECT classid, objid FROM missing)
    UNION
    SELECT b.classid, b.objid, e.from_class, e.from_id, e.dumped
      FROM back b JOIN edges e ON e.classid = b.from_class AND e.objid = b.from_id WHERE NOT b.dumped)
SELECT w.classid::text AS catalog, w.objid::text AS oid, NULL AS relation, NULL AS "neededBy",
       CASE WHEN q.oid IS NOT NULL
            THEN pg_catalog.json_build_object('schema', (SELECT nspname FROM pg_catalog.pg_namespace WHERE oid = q.relnamespace), 'name', q.relname) END AS sequence
  FROM walk w
  LEFT JOIN pg_catalog.pg_class q ON w.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND q.oid = w.objid
       AND q.relkind = 'S' AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend m WHERE m.classid = w.classid
                                              AND m.objid = w.objid AND m.deptype = 'e')
 WHERE NOT w.dumped AND (w.classid, w.objid) NOT IN (SELECT classid, objid FROM missing)
UNION ALL
(SELECT m.classid::text, m.objid::text,
        pg_catalog.json_build_object('type', o.type, 'schema', o.schema, 'name', o.identity),
        ARRAY(SELECT CASE WHEN c.relispartition THEN 'partition' ELSE a.type END || ' ' || a.identity
                FROM (SELECT DISTINCT from_class, from_id FROM back b
                       WHERE b.dumped AND b.classid = m.classid AND b.objid = m.objid LIMIT ${wholeNumber(NAMED)}) f
               CROSS JOIN LATERAL                     pg_catalog.pg_identify_object(f.from_class, f.from_id, 0) a
                LEFT JOIN pg_catalog.pg_class c ON f.from_class = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = f.from_id
                     AND c.relkind <> 'i' AND c.relkind <> 'I'
               ORDER BY 1), NULL
   FROM missing m, pg_catalog.pg_identify_object(m.classid, m.objid, 0) o ORDER BY o.identity)`;
}
