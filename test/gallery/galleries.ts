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
    needsSearchPath: true,
  },
  { name: 'rails', about: 'citext, ltree, intarray, domains, rules, a foreign server, statistics, a large object' },
];
