/** A database as people have it. */
export interface Gallery {
  /** Of `NAME.sql` and of the database. */
  readonly name: string;
  /** For the page. */
  readonly about: string;
  /** Set in psql before the file runs. */
  readonly variables?: string;
  /** PostgreSQL cannot plan a query of it without the database's search_path: it is not compared once more. */
  readonly needsSearchPath?: boolean;
  /** An ordinary role may not create them: they are in the empty database that it is given. */
  readonly givenExtensions?: readonly string[];
  /** Of both servers. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** In the order of the page. */
export const GALLERIES: readonly Gallery[] = [
  { name: 'supabase', about: 'roles of a platform, policies, event triggers, publications, pgcrypto' },
  {
    name: 'tenants',
    about: '30 schemas, one for each tenant ([2,000](../../test/scale/tenants.scale.test.ts) in `pnpm test:scale`)',
    variables: '\\set tenants 30',
  },
  { name: 'odoo', about: 'many tables of one owner, inheritance, unaccent behind a wrapper, indexes on expressions' },
  { name: 'discourse', about: 'hstore, pg_trgm, partial unique indexes, functions named without a schema in indexes' },
  {
    name: 'gitlab',
    about: 'partitions by range, list and hash, their triggers, keys NOT VALID, exclusion constraints',
  },
  {
    name: 'earth',
    about: 'earthdistance and cube, whose functions call each other without a schema',
    givenExtensions: ['cube', 'earthdistance'],
    needsSearchPath: true,
  },
  { name: 'rails', about: 'citext, ltree, intarray, domains, rules, a foreign server, statistics, a large object' },
];

/** With extensions that Debian has for its own version of PostgreSQL. */
export const DEBIAN_GALLERIES: readonly Gallery[] = [
  {
    name: 'postgis',
    about: 'geometries, indexes and generated columns of its functions, rows added to its own table',
    givenExtensions: ['postgis'],
  },
  { name: 'partman', about: 'partitions that pg_partman made, and its configuration' },
  {
    name: 'cron',
    about:
      'jobs of pg_cron. It exists in one database of a server alone: a drill there leaves it out, and starts no job',
    settings: { shared_preload_libraries: 'pg_cron', 'cron.database_name': 'cron' },
  },
];
