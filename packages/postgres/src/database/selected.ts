import type { Session } from '../session/psql.ts';
import { joined, literal, type Sql, sql, wholeNumber } from '../session/sql.ts';
import { type NamePattern, parseNamePattern } from './name-pattern.ts';
import { misspelling, nameMeant, tolerance } from './spelling.ts';
import type { QualifiedName } from './table-pattern.ts';

export interface Partition extends QualifiedName {
  /** `schema.table` of the partitioned table that a pattern matches. */
  readonly root: string;
}

/** Resolves pg_dump's patterns in one database. */
export interface PatternReader {
  /** Whether the pattern matches a table, view or sequence. */
  findsRelation(pattern: string): Promise<boolean>;
  findsSchema(pattern: string): Promise<boolean>;
  /** Up to three relations whose names differ by case or a few letters, or are in a schema outside of the search_path. */
  similarRelations(pattern: string): Promise<readonly QualifiedName[]>;
  similarSchemas(pattern: string): Promise<readonly string[]>;
  /** Oids of the ordinary tables and sequences that any of the patterns matches. */
  contents(patterns: readonly string[]): Promise<ReadonlySet<string>>;
  /** Partitions that no pattern matches, also none of `except`, though a pattern matches their partitioned table. */
  unmatchedPartitions(patterns: readonly string[], except: readonly string[]): Promise<readonly Partition[]>;
}

/** Relations that pg_dump's table patterns can match. */
const RELATIONS = sql`
  pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   AND c.relkind IN ('r', 'S', 'v', 'm', 'f', 'p')`;

const NAMED_RELATIONS = sql`
  SELECT n.nspname AS schema, c.relname AS name FROM ${RELATIONS}
   WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND`;

const NAMED_SCHEMAS = sql`
  SELECT n.nspname AS schema, n.nspname AS name FROM pg_catalog.pg_namespace n WHERE`;

/** Resolves patterns as pg_dump does: a name without a schema is looked up in the role's own search_path. */
export async function createPatternReader(session: Session): Promise<PatternReader> {
  const path = await readSearchPath(session);
  const relation = (pattern: string): Sql => relationCondition(parseNamePattern(pattern), path);
  const anyOf = (patterns: readonly string[]): Sql =>
    patterns.length === 0 ? sql`false` : sql`(${joined(patterns.map(relation), sql` OR `)})`;
  const exists = async (source: Sql): Promise<boolean> =>
    (await session.query(sql`SELECT 1 FROM ${source} LIMIT 1`)).length > 0;
  return {
    findsRelation: (pattern) => exists(sql`${RELATIONS} WHERE ${relation(pattern)}`),
    findsSchema: (pattern) => exists(sql`pg_catalog.pg_namespace n WHERE ${schemaCondition(pattern)}`),
    similarRelations: (pattern) => similar(pattern, { session, name: sql`c.relname`, source: NAMED_RELATIONS }),
    similarSchemas: async (pattern) => {
      const found = await similar(pattern, { session, name: sql`n.nspname`, source: NAMED_SCHEMAS });
      return found.map(({ name }) => name);
    },
    contents: async (patterns) => {
      if (patterns.length === 0) return new Set();
      const found = sql`SELECT c.oid::text AS oid FROM ${RELATIONS} WHERE c.relkind IN ('r', 'S') AND ${anyOf(patterns)}`;
      return new Set((await session.query<{ oid: string }>(found)).map(({ oid }) => oid));
    },
    unmatchedPartitions: (patterns, except) =>
      patterns.length === 0
        ? Promise.resolve([])
        : session.query(
            sql`WITH RECURSIVE matched AS (SELECT c.oid, n.nspname || '.' || c.relname AS name, c.relkind FROM ${RELATIONS}
                                          WHERE ${anyOf(patterns)}),
                 tree AS (SELECT i.inhrelid AS oid, m.name AS root FROM pg_catalog.pg_inherits i
                            JOIN matched m ON m.oid = i.inhparent AND m.relkind = 'p'
                           UNION SELECT i.inhrelid, t.root FROM pg_catalog.pg_inherits i JOIN tree t ON t.oid = i.inhparent)
                SELECT n.nspname AS schema, c.relname AS name, min(t.root) AS root FROM tree t JOIN ${RELATIONS} ON c.oid = t.oid
                 WHERE c.oid NOT IN (SELECT m.oid FROM matched m) AND NOT ${anyOf(except)} GROUP BY 1, 2 ORDER BY 3, 1, 2`,
          ),
  };
}

interface Names {
  readonly session: Session;
  /** The column to compare. */
  readonly name: Sql;
  /** A query of `schema` and `name`, without its last condition. */
  readonly source: Sql;
}

/** Names that differ by case or are in another schema; without any, those that may be misspelled. Nearest first. */
async function similar(pattern: string, { session, name, source }: Names): Promise<readonly QualifiedName[]> {
  const like = literal(parseNamePattern(pattern).name);
  const same = await session.query<QualifiedName>(sql`${source} ${name} ~* ${like} ORDER BY 1, 2 LIMIT 3`);
  const meant = nameMeant(pattern);
  if (same.length > 0 || meant === undefined) return same;
  const [length, most] = [wholeNumber(meant.length), wholeNumber(tolerance(meant))];
  const near = await session.query<QualifiedName>(
    sql`${source} pg_catalog.abs(pg_catalog.length(${name}::text) - ${length}) <= ${most} ORDER BY 1, 2`,
  );
  const measured = near.map((found) => ({ found, letters: misspelling(found.name, meant) }));
  const close = measured.filter(({ letters }) => letters <= tolerance(meant));
  return close
    .sort((a, b) => a.letters - b.letters)
    .map(({ found }) => found)
    .slice(0, 3);
}

/** The schemas of the role's own search_path; the session itself has an empty one. */
async function readSearchPath(session: Session): Promise<readonly string[]> {
  const [row] = await session.query<{ path: string; role: string }>(
    sql`SELECT reset_val AS path, current_user AS role FROM pg_catalog.pg_settings WHERE name = 'search_path'`,
  );
  const words = row?.path.match(/"(?:[^"]|"")*"|[^,\s]+/g) ?? [];
  const names = words.map((word) =>
    word.startsWith('"') ? word.slice(1, -1).replaceAll('""', '"') : word.toLowerCase(),
  );
  return ['pg_catalog', ...names.map((name) => (name === '$user' ? (row?.role ?? '') : name))];
}

function relationCondition({ schema, name }: NamePattern, path: readonly string[]): Sql {
  const where =
    schema === undefined ? sql`n.nspname IN (${joined(path.map(literal))})` : sql`n.nspname ~ ${literal(schema)}`;
  return sql`(c.relname ~ ${literal(name)} COLLATE pg_catalog."default" AND ${where})`;
}

function schemaCondition(pattern: string): Sql {
  return sql`n.nspname ~ ${literal(parseNamePattern(pattern).name)} COLLATE pg_catalog."default"`;
}
