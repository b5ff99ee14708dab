import { joined, literal, type Sql, sql, wholeNumber } from '../session/sql.ts';

/** Asks a session; the names that it returns are in the spelling of the dump. */
export interface Asking {
  query<Row>(statement: Sql): Promise<Row[]>;
}

export interface QualifiedRelation {
  readonly schema: string;
  readonly name: string;
}

/** A table, or a table of the same partition tree. */
export interface ExistingTable extends QualifiedRelation {
  readonly oid: string;
  /** Oid of the partitioned table that it is a partition of; null: none. */
  readonly parent: string | null;
  /** pg_class.relkind: `r`, `p`, `v`, … */
  readonly kind: string;
  /** Whether the role has the rights of the owner. */
  readonly owns: boolean;
  readonly inserts: boolean;
  readonly truncates: boolean;
  /** Whether row level security counts for the role. */
  readonly isUnderPolicies: boolean;
}

export interface ExistingColumn {
  /** Oid of the table. */
  readonly table: string;
  readonly name: string;
  /** As `format_type` writes it with an empty search_path, like pg_dump. */
  readonly type: string;
  readonly isGenerated: boolean;
  /** NOT NULL, and nothing gives it a value. */
  readonly needsValue: boolean;
}

/** A trigger of a user; not those of keys. */
export interface ExistingTrigger {
  readonly table: string;
  readonly name: string;
  /** pg_trigger.tgenabled: `O`, `D`, `R`, `A`. */
  readonly enabled: string;
  /** Whether the role is kept from it: before 15 the triggers of partitions are those of the system. */
  readonly needsSuperuser: boolean;
}

/** A foreign key, also one that a partition has of its parent. */
export interface ExistingKey {
  readonly oid: string;
  /** Oid of the key that it was made from; `0`: none. */
  readonly parent: string;
  readonly name: string;
  readonly table: string;
  /** For people: `schema.table`. */
  readonly tableName: string;
  /** Oid of the table that it refers to. */
  readonly refersTo: string;
  readonly isDeferrable: boolean;
  readonly isDeferred: boolean;
}

export interface ExistingSequence extends QualifiedRelation {
  readonly owns: boolean;
  readonly isAscending: boolean;
  readonly cache: string;
  /** Oid of the table whose column owns it; null: none. */
  readonly ownedBy: string | null;
}

/** What a database has of the tables and sequences that rows are to be loaded into. */
export interface ExistingTables {
  readonly tables: readonly ExistingTable[];
  readonly columns: readonly ExistingColumn[];
  readonly triggers: readonly ExistingTrigger[];
  readonly keys: readonly ExistingKey[];
  readonly sequences: readonly ExistingSequence[];
  /** Materialized views that read these tables, also through others. */
  readonly materializedViews: readonly QualifiedRelation[];
}

/** Of those that exist, with their partition trees. Errors: those of `query`. */
export async function readExistingTables(
  asking: Asking,
  wanted: { readonly tables: readonly QualifiedRelation[]; readonly sequences: readonly QualifiedRelation[] },
): Promise<ExistingTables> {
  const tables = wanted.tables.length === 0 ? [] : await asking.query<ExistingTable>(treesOf(wanted.tables));
  const sequences =
    wanted.sequences.length === 0 ? [] : await asking.query<ExistingSequence>(sequencesNamed(wanted.sequences));
  if (tables.length === 0) return { tables, sequences, columns: [], triggers: [], keys: [], materializedViews: [] };
  const oids = sql`ARRAY[${joined(tables.map(({ oid }) => wholeNumber(oid)))}]::pg_catalog.oid[]`;
  return {
    tables,
    sequences,
    columns: await asking.query(columnsOf(oids)),
    triggers: await asking.query(triggersOf(oids)),
    keys: await asking.query(keysOf(oids)),
    materializedViews: await asking.query(viewsAbove(oids)),
  };
}

function named(relations: readonly QualifiedRelation[]): Sql {
  return joined(relations.map(({ schema, name }) => sql`(${literal(schema)}, ${literal(name)})`));
}

/** Each root of a tree once: a tree has as many members as the wanted tables may be. */
function treesOf(relations: readonly QualifiedRelation[]): Sql {
  return sql`
WITH wanted AS (SELECT c.oid FROM (VALUES ${named(relations)}) w(schema, name)
    JOIN pg_catalog.pg_namespace n ON n.nspname = w.schema JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.name),
  roots AS (SELECT DISTINCT pg_catalog.pg_partition_root(oid) AS oid FROM wanted),
  found AS (SELECT oid FROM wanted UNION SELECT t.relid FROM roots, LATERAL pg_catalog.pg_partition_tree(roots.oid) t WHERE roots.oid IS NOT NULL)
SELECT c.oid::text AS oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind,
       (SELECT i.inhparent::text FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid AND c.relispartition) AS parent,
       pg_catalog.pg_has_role(c.relowner, 'USAGE') AS owns, pg_catalog.has_table_privilege(c.oid, 'INSERT') AS inserts,
       pg_catalog.has_table_privilege(c.oid, 'TRUNCATE') AS truncates,
       pg_catalog.row_security_active(c.oid) AS "isUnderPolicies"
  FROM found JOIN pg_catalog.pg_class c USING (oid) JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind NOT IN ('i', 'I', 'S', 'c', 't') ORDER BY c.oid`;
}

function columnsOf(oids: Sql): Sql {
  return sql`
SELECT a.attrelid::text AS "table", a.attname AS name, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
       a.attgenerated <> '' AS "isGenerated", a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AND t.typdefault IS NULL AS "needsValue"
  FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid WHERE a.attrelid = ANY (${oids}) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum`;
}

function triggersOf(oids: Sql): Sql {
  return sql`
SELECT t.tgrelid::text AS "table", t.tgname AS name, t.tgenabled AS enabled,
       t.tgisinternal AND pg_catalog.current_setting('is_superuser') = 'off' AS "needsSuperuser"
  FROM pg_catalog.pg_trigger t WHERE t.tgrelid = ANY (${oids}) AND (NOT t.tgisinternal OR t.tgparentid <> 0 AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_constraint k WHERE k.oid = t.tgconstraint AND k.contype <> 't')) ORDER BY t.tgrelid, t.tgname`;
}

/** Since 18 a key may be NOT ENFORCED: nothing checks it. */
function keysOf(oids: Sql): Sql {
  return sql`
SELECT k.oid::text AS oid, k.conparentid::text AS parent, k.conname AS name, k.conrelid::text AS "table",
       n.nspname || '.' || c.relname AS "tableName", k.confrelid::text AS "refersTo",
       k.condeferrable AS "isDeferrable", k.condeferred AS "isDeferred"
  FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE k.contype = 'f' AND (k.conrelid = ANY (${oids}) OR k.confrelid = ANY (${oids}))
   AND coalesce((pg_catalog.to_jsonb(k) ->> 'conenforced')::bool, true) ORDER BY k.oid`;
}

function sequencesNamed(relations: readonly QualifiedRelation[]): Sql {
  return sql`
SELECT n.nspname AS schema, c.relname AS name, pg_catalog.pg_has_role(c.relowner, 'USAGE') AS owns,
       s.seqincrement > 0 AS "isAscending", s.seqcache::text AS cache,
       (SELECT d.refobjid::text FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid
           AND d.deptype IN ('a', 'i') AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjsubid > 0 LIMIT 1) AS "ownedBy"
  FROM (VALUES ${named(relations)}) w(schema, name) JOIN pg_catalog.pg_namespace n ON n.nspname = w.schema
  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.name JOIN pg_catalog.pg_sequence s ON s.seqrelid = c.oid ORDER BY c.oid`;
}

function viewsAbove(oids: Sql): Sql {
  return sql`
WITH RECURSIVE readers(oid) AS (SELECT pg_catalog.unnest(${oids}) UNION
    SELECT r.ev_class FROM readers, pg_catalog.pg_depend d, pg_catalog.pg_rewrite r
     WHERE d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = readers.oid
       AND d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND r.oid = d.objid)
SELECT n.nspname AS schema, c.relname AS name FROM readers JOIN pg_catalog.pg_class c USING (oid)
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'm' ORDER BY 1, 2`;
}
