import type { Session } from '../session/psql.ts';
import { literal, type Sql, sql } from '../session/sql.ts';
import { isObject, objectKey } from '../toc/needed-entries.ts';
import type { TocEntry } from '../toc/toc.ts';

/** What the objects of a dump stand on, though it is not in the dump. */
export interface StandsOn {
  /** Schemas, extensions, types, functions, … : those without rows, as `objectKey`. */
  readonly definitions: ReadonlySet<string>;
  readonly relations: readonly MissingRelation[];
}

/** A table, view or sequence that is not in the dump. */
export interface MissingRelation {
  /** `table`, `view`, … */
  readonly type: string;
  readonly schema: string;
  /** With its schema, quoted where necessary: `sales."B"`. */
  readonly name: string;
  /** Objects of the dump that need it, e.g. `view public.v`; at most five. */
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
}

function oids(numbers: readonly string[]): Sql {
  return literal(`{${numbers.join(',')}}`);
}

/**
 * Parts whose SQL is inside of that of their object: defaults, rules of views, checks, columns of composite types.
 * Objects below 16384 are the server's own. A member of an extension comes with it. An index is reached by a key that
 * needs it: only its table counts.
 */
function walk(objects: readonly TocEntry[]): Sql {
  return sql`
WITH RECURSIVE
  dumped AS (SELECT DISTINCT o.classid, o.objid
               FROM unnest(${oids(objects.map(({ catalog }) => catalog))}::pg_catalog.oid[],
                           ${oids(objects.map(({ oid }) => oid))}::pg_catalog.oid[]) o (classid, objid)),
  walk AS (
    SELECT classid AS root_class, objid AS root, classid, objid, false AS ends FROM dumped
    UNION
    SELECT w.root_class, w.root, n.classid, n.objid,
           coalesce(r.relkind IN ('r', 'p', 'v', 'm', 'f', 'S'), false)
      FROM walk w
      LEFT JOIN pg_catalog.pg_class i ON w.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND i.oid = w.objid
           AND i.relkind IN ('i', 'I') AND w.objid <> w.root
     CROSS JOIN LATERAL (
       SELECT d.refclassid AS classid, d.refobjid AS objid FROM pg_catalog.pg_depend d
        WHERE d.classid = w.classid AND d.objid = w.objid AND d.refobjid >= 16384
          AND (d.deptype = 'e' OR NOT w.ends AND (i.oid IS NULL OR d.deptype IN ('a', 'i'))
               AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend m
                                WHERE m.classid = w.classid AND m.objid = w.objid AND m.deptype = 'e'))
       UNION ALL
       SELECT d.classid, d.objid FROM pg_catalog.pg_depend d
         LEFT JOIN pg_catalog.pg_constraint k
           ON d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND k.oid = d.objid
         LEFT JOIN pg_catalog.pg_class c ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = d.objid
        WHERE d.refclassid = w.classid AND d.refobjid = w.objid AND d.deptype IN ('a', 'i') AND NOT w.ends
          AND (d.classid IN ('pg_catalog.pg_attrdef'::pg_catalog.regclass, 'pg_catalog.pg_rewrite'::pg_catalog.regclass)
               OR k.contype IN ('c', 'n') OR c.relkind = 'c')) n
      LEFT JOIN pg_catalog.pg_class r ON n.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND r.oid = n.objid
     WHERE NOT EXISTS (SELECT FROM dumped s WHERE s.classid = n.classid AND s.objid = n.objid)),
  found AS (SELECT w.classid, w.objid, w.ends AND NOT EXISTS
                   (SELECT FROM pg_catalog.pg_depend m
                                WHERE m.classid = w.classid AND m.objid = w.objid AND m.deptype = 'e') AS missing,
                   pg_catalog.array_agg(DISTINCT w.root_class || ' ' || w.root) AS roots
              FROM walk w WHERE (w.classid, w.objid) <> (w.root_class, w.root) GROUP BY 1, 2, 3)
SELECT f.classid::text AS catalog, f.objid::text AS oid,
       CASE WHEN f.missing THEN pg_catalog.json_build_object('type', o.type, 'schema', o.schema, 'name', o.identity) END AS relation,
       CASE WHEN f.missing THEN ARRAY(
         SELECT a.type || ' ' || a.identity FROM unnest(f.roots[1:5]) r,
                pg_catalog.pg_identify_object(split_part(r, ' ', 1)::pg_catalog.oid,
                                              split_part(r, ' ', 2)::pg_catalog.oid, 0) a ORDER BY 1) END AS "neededBy"
  FROM found f, pg_catalog.pg_identify_object(f.classid, f.objid, 0) o
 ORDER BY o.identity`;
}
