import type { BenchCase, Group } from './case.ts';

/** The same rows in each table, and as many indexes and constraints. */
const CHECK = 'diff <(content_of "$PGDATABASE") <(content_of restored)';
const AFTER = 'sql -d postgres -c "DROP DATABASE IF EXISTS restored WITH (FORCE)"; sql -d postgres -c CHECKPOINT';

function pgRestore(jobs: number): BenchCase {
  return {
    name: `pg-restore-j${jobs}`,
    title: `\`pg_restore -j${jobs}\` of a plain directory`,
    note: 'the directory was made by `pg_dump -Fd --compress=zstd:1`; `synchronous_commit = off` as ours sets it',
    prepare: 'test -e "$WORK/dump" || pg_dump -Fd -j2 --compress=zstd:1 -f "$WORK/dump"',
    run: `sql -d postgres -c 'CREATE DATABASE restored TEMPLATE template0'
PGOPTIONS='-c synchronous_commit=off' pg_restore -j${jobs} -d restored "$WORK/dump"`,
    check: CHECK,
    after: AFTER,
  };
}

function ours(name: string, title: string, repository: string, options = ''): BenchCase {
  return {
    name,
    title,
    prepare: `backuper backup --repository "${repository}"`,
    run: `backuper restore latest --repository "${repository}" --name "$PGDATABASE" --into restored${options}`,
    check: CHECK,
    after: AFTER,
  };
}

/** Into a new database on the same server. */
export const RESTORE: Group = {
  name: 'restore',
  title: 'Restore',
  text: 'Into a new database of the same server, with all indexes and keys; compared with the original afterwards. Ours makes statistics for the planner, which pg_restore does not, unless its line says otherwise. As in pgcopydb, indexes of a table start when its rows are in, while others are loaded.',
  reference: 'pg-restore-j2',
  referenceTitle: '`pg_restore -j2`',
  database: { kind: 'rows' },
  cases: [
    pgRestore(2),
    pgRestore(4),
    ours('ours-restore-rows', 'ours, encrypted, from disk, without statistics', '$WORK/repository', ' --no-analyze'),
    ours('ours-restore', 'ours, encrypted, from disk', '$WORK/repository'),
    ours('ours-restore-s3', 'ours, encrypted, from MinIO', 's3://$WORK_BUCKET/backups'),
    {
      name: 'gpg-restore',
      title: '`gpg --decrypt | pg_restore`',
      note: 'one stream cannot be restored by several sessions',
      needs: ['gpg'],
      prepare: 'pg_dump -Fc --compress=zstd:1 | gpg_encrypt -z0 --output "$WORK/dump.gpg"',
      run: `sql -d postgres -c 'CREATE DATABASE restored TEMPLATE template0'
gpg_decrypt "$WORK/dump.gpg" | PGOPTIONS='-c synchronous_commit=off' pg_restore -d restored`,
      check: CHECK,
      after: AFTER,
    },
  ],
};

/** One table out of the whole backup. */
export const TABLE: Group = {
  name: 'table',
  title: 'Restore of one table',
  text: 'The table `customers`, about 1 % of the bytes, out of the backup of the whole database.',
  reference: 'pg-restore-table',
  referenceTitle: '`pg_restore -t customers`',
  database: { kind: 'rows', table: 'customers' },
  cases: [
    {
      name: 'pg-restore-table',
      title: '`pg_restore -t customers` of a plain directory',
      prepare: 'test -e "$WORK/dump" || pg_dump -Fd -j2 --compress=zstd:1 -f "$WORK/dump"',
      run: `sql -d postgres -c 'CREATE DATABASE restored TEMPLATE template0'
PGOPTIONS='-c synchronous_commit=off' pg_restore -t customers -d restored "$WORK/dump"`,
      check: 'diff <(rows_of "$PGDATABASE" customers) <(rows_of restored customers)',
      after: AFTER,
    },
    {
      name: 'ours-table',
      title: 'ours, encrypted, from MinIO, `--table public.customers`',
      prepare: 'backuper backup --repository "s3://$WORK_BUCKET/backups"',
      run: `backuper restore latest --repository "s3://$WORK_BUCKET/backups" --name "$PGDATABASE" --into restored --table public.customers`,
      check: 'diff <(rows_of "$PGDATABASE" customers) <(rows_of restored customers)',
      after: AFTER,
    },
  ],
};
