import type { Session } from '../session/psql.ts';
import { joined, literal, type Sql, sql } from '../session/sql.ts';
import { type NamePattern, parseNamePattern } from './name-pattern.ts';

/** Names as they are in the database. */
export interface QualifiedName {
  readonly schema: string;
  readonly name: string;
}

/** Resolves pg_dump's patterns in one database. */
export interface PatternReader {
  /** Whether the pattern matches a table, view or sequence. */
  findsRelation(pattern: string): Promise<boolean>;
  findsSchema(pattern: string): Promise<boolean>;
  /** Up to three relations whose names differ only by case or are in a schema outside of the search_path. */
  similarRelations(pattern: string): Promise<readonly QualifiedName[]>;
  similarSchemas(pattern: string): Promise<readonly string[]>;
  /** Oids of the ordinary tables and sequences that any of the patterns matches. */
  contents(patterns: readonly string[]): Promise<ReadonlySet<string>>;
  /** Partitions with rows that no pattern matches, though one matches their partitioned table. */
  unmatchedPartitions(patterns: readonly string[]): Promise<readonly (QualifiedName & { readonly root: string })[]>;
}

/** Relations that pg_dump's table patterns can match. */
const RELATIONS = sql`
  pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   AND c.relkind IN ('r', 'S', 'v', 'm', 'f', 'p')`;

/** Resolves patterns as pg_dump does: a name without a schema is looked up in the role's own search_path. */
export async function createPatternReader(session: Session): Promise<PatternReader> {
  const path = await readSearchPath(session);
  const relation = (pattern: string): Sql => relationCondition(parseNamePattern(pattern), path);
  const anyOf = (patterns: readonly string[]): Sql => sql`(${joined(patterns.map(relation), sql` OR `)})`;
  const exists = async (source: Sql): Promise<boolean> =>
    (await session.query(sql`SELECT 1 FROM ${source} LIMIT 1`)).length > 0;
  return {
    findsRelation: (pattern) => exists(sql`${RELATIONS} WHERE ${relation(pattern)}`),
    findsSchema: (pattern) => exists(sql`pg_catalog.pg_namespace n WHERE ${schemaCondition(pattern)}`),
    similarRelations: (pattern) =>
      session.query(
        sql`SELECT n.nspname AS schema, c.relname AS name FROM ${RELATIONS}
             WHERE c.relname ~* ${literal(parseNamePattern(pattern).name)} AND n.nspname !~ '^pg_'
               AND n.nspname <> 'information_schema' ORDER BY 1, 2 LIMIT 3`,
      ),
    similarSchemas: async (pattern) => {
      const like = literal(parseNamePattern(pattern).name);
      const rows = await session.query<{ name: string }>(
        sql`SELECT nspname AS name FROM pg_catalog.pg_namespace WHERE nspname ~* ${like} ORDER BY 1 LIMIT 3`,
      );
      return rows.map(({ name }) => name);
    },
    contents: async (patterns) => {
      if (patterns.length === 0) return new Set();
      const found = sql`SELECT c.oid::text AS oid FROM ${RELATIONS} WHERE c.relkind IN ('r', 'S') AND ${anyOf(patterns)}`;
      return new Set((await session.query<{ oid: string }>(found)).map(({ oid }) => oid));
    },
    unmatchedPartitions: (patterns) =>
      patterns.length === 0
        ? Promise.resolve([])
        : session.query(
            sql`WITH RECURSIVE matched AS (SELECT c.oid, c.relname, c.relkind FROM ${RELATIONS} WHERE ${anyOf(patterns)}),
                 tree AS (SELECT i.inhrelid AS oid, m.relname AS root FROM pg_catalog.pg_inherits i
                            JOIN matched m ON m.oid = i.inhparent AND m.relkind = 'p'
                           UNION SELECT i.inhrelid, t.root FROM pg_catalog.pg_inherits i JOIN tree t ON t.oid = i.inhparent)
                SELECT n.nspname AS schema, c.relname AS name, t.root FROM tree t JOIN ${RELATIONS} ON c.oid = t.oid
                 WHERE c.relkind = 'r' AND c.oid NOT IN (SELECT m.oid FROM matched m) ORDER BY 3, 1, 2`,
          ),
  };
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
