import type { BenchCase, BenchDatabase, Group } from './case.ts';

interface Many {
  readonly name: string;
  readonly title: string;
  readonly text: string;
  readonly database: BenchDatabase;
  readonly isLong: boolean;
  /** Of the peer: how its dump is made and restored. */
  readonly dump: string;
  readonly restore: string;
}

/** As many objects of each kind; the rows of ours are counted and hashed by itself. */
const CHECK = 'diff <(counts_of "$PGDATABASE") <(on_target counts_of restored)';
const BEFORE = `on_target sql -d postgres -c 'DROP ROLE IF EXISTS tenant_app; CREATE ROLE tenant_app; CHECKPOINT'`;
const AFTER = `on_target sql -d postgres -c 'DROP DATABASE IF EXISTS restored WITH (FORCE)'`;

function restoreMany({ name, title, text, database, isLong, dump, restore }: Many): Group {
  const common = { before: BEFORE, check: CHECK, after: AFTER };
  const peer: BenchCase = {
    ...common,
    name: `pg-${name}`,
    title: `\`${restore}\``,
    prepare: `${dump} -f "$WORK/dump"`,
    run: `on_target sql -d postgres -c 'CREATE DATABASE restored TEMPLATE template0'
PGOPTIONS='-c synchronous_commit=off' on_target ${restore} -d restored "$WORK/dump"`,
  };
  const ours = (suffix: string, how: string, options: string): BenchCase => ({
    ...common,
    name: `ours-${name}${suffix}`,
    title: `ours, encrypted, from disk, ${how}`,
    prepare: 'test -e "$WORK/repository" || backuper backup --repository "$WORK/repository"',
    run: `on_target backuper restore latest --repository "$WORK/repository" --name "$PGDATABASE" --into restored${options}`,
  });
  return {
    name,
    title,
    text,
    reference: peer.name,
    referenceTitle: `\`${restore}\``,
    database,
    hasTarget: true,
    isLong,
    cases: [peer, ours('', 'without statistics', ' --no-analyze'), ours('-analyzed', 'with statistics', '')],
  };
}

const DIRECTORY = { dump: 'pg_dump -Fd -j2 --compress=zstd:1', restore: 'pg_restore -j2' };
const ONE_FILE = { dump: 'pg_dump -Fc --compress=zstd:1', restore: 'pg_restore' };
const TARGET = 'Into a server with the settings that PostgreSQL has after initdb.';

function tables(count: number): Group {
  const database = { kind: 'tables', tables: count } as const;
  const title = `Restore of ${count.toLocaleString('en')} tables`;
  const text = `Each with a primary key and 20 rows. ${TARGET}`;
  return restoreMany({ name: `restore-tables-${count}`, title, text, database, isLong: count > 10_000, ...DIRECTORY });
}

/** What each object costs, apart from its bytes. */
export const RESTORE_MANY: readonly Group[] = [
  tables(5000),
  tables(100_000),
  restoreMany({
    name: 'restore-tenants-2000',
    title: 'Restore of 2,000 schemas of tenants',
    text: `Each with two tables, three keys, a foreign key to a common table and a trigger. ${TARGET}`,
    ...{ database: { kind: 'tenants', tenants: 2000 }, isLong: true, ...DIRECTORY },
  }),
  restoreMany({
    name: 'restore-large-objects-1000000',
    title: 'Restore of 1,000,000 large objects',
    text: `Each of about 200 bytes; one session restores them. ${TARGET}`,
    ...{ database: { kind: 'large-objects', objects: 1_000_000 }, isLong: true, ...ONE_FILE },
  }),
];
