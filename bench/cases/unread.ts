import type { BenchCase, Group } from './case.ts';

const TABLES = 40;

const SETUP = `export PGDATABASE=parts BACKUP_DEDUP_SECRET_FILE="$DEDUP_SECRET"
full() { backuper backup --repository "$1" --name parts --incremental --skip-unchanged; }
differential() { backuper backup --repository "$1" --name parts --incremental --full-every 30d "\${@:2}"; }
read_blocks() { sql -c 'SELECT sum(heap_blks_read + heap_blks_hit)::bigint FROM pg_statio_user_tables'; }
`;

/** A database of equal tables, a full of it, then changes in a twentieth of the tables. */
const PREPARE = `${SETUP}
test ! -e "$WORK/unread-ready" || exit 0
sql -d postgres -c 'ALTER SYSTEM SET summarize_wal = on' -c 'SELECT pg_reload_conf()' > /dev/null
sql -d postgres -c 'CREATE DATABASE parts'
for number in $(seq ${TABLES}); do
  echo "CREATE TABLE part_$number AS SELECT g AS id, md5((g * $number)::text) AS one, md5((g - $number)::text) AS two
    FROM generate_series(1, 300000) g;"
done | sql
sql -c VACUUM -c CHECKPOINT
full "$WORK/parts"
sql -c "UPDATE part_1 SET one = 'changed' WHERE id % 10 = 0" -c 'INSERT INTO part_2 SELECT * FROM part_2 LIMIT 1000'
touch "$WORK/unread-ready"`;

function unread(made: Omit<BenchCase, 'prepare'>): BenchCase {
  const { before = '', run, check } = made;
  return {
    ...made,
    prepare: PREPARE,
    before: `${SETUP}${before}\nsql -c 'SELECT pg_stat_reset()' > /dev/null`,
    run: `${SETUP}${run}`,
    check: `${SETUP}backuper verify --repository "$OUT/repository" --level content\n${check}`,
  };
}

const PARENT = 'cp -al "$WORK/parts" "$OUT/repository"';
/** Blocks of the heaps that the run read, of all: at most a tenth. */
const FEW_READ = `all=$(sql -c "SELECT (sum(pg_relation_size(relid)) / 8192)::bigint FROM pg_stat_user_tables")
until test -n "$(read_blocks)" -a "$(read_blocks)" -gt 0; do sleep 0.2; done
test $(("$(read_blocks)" * 10)) -le "$all"`;

/** Differentials that leave tables unread which the server has not changed. */
export const UNREAD: Group = {
  name: 'unread',
  title: 'Differentials that do not read unchanged tables',
  text: `${TABLES} equal tables, about 1.2 GB, of which 2 changed after the full. With \`--skip-unchanged\` at most a tenth of
the blocks is read, else the case fails. PostgreSQL 18 with \`summarize_wal = on\`.`,
  reference: 'unread-full',
  referenceTitle: 'a full',
  database: { kind: 'tables', tables: 1 },
  cases: [
    unread({ name: 'unread-full', title: 'ours, a full', run: 'full "$OUT/repository"', check: 'true' }),
    unread({
      name: 'unread-reading',
      title: 'ours, a differential that reads all tables',
      before: PARENT,
      run: 'differential "$OUT/repository"',
      check: 'true',
    }),
    unread({
      name: 'unread-skipping',
      title: 'ours, a differential with `--skip-unchanged`',
      before: PARENT,
      run: 'differential "$OUT/repository" --skip-unchanged',
      check: FEW_READ,
    }),
  ],
};
