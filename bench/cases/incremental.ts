import { DAY_SQL } from '../database/change-database.ts';
import type { BenchCase, Group } from './case.ts';

/**
 * A copy of the database, which is two days old: its tables have room that rows of the third day go into. Parents are made
 * before and after that day. Every case begins with it, so that each can be run alone.
 */
const PREPARE = `test ! -e "$WORK/ready" || exit 0
sql -d postgres -c "CREATE DATABASE changing TEMPLATE $BENCH_DATABASE STRATEGY file_copy"
sql -d postgres -c 'ALTER SYSTEM SET summarize_wal = on' -c 'SELECT pg_reload_conf()' > /dev/null
day() { sql <<'END'
${DAY_SQL}
END
}
day; day
indexed_full "$WORK/before"
base_backup -D "$WORK/base"
if command -v restic > /dev/null; then
  restic init --quiet --repo "$WORK/restic"
  dump_for_restic; restic_backup "$WORK/restic"; rm -r "$TMPDIR/dump"
fi
day
indexed_full "$WORK/after"
cp -al "$WORK/before" "$WORK/changed"
differential "$WORK/changed"
touch "$WORK/ready"`;

const ON_COPY = 'export PGDATABASE=changing\n';

function incremental(made: Omit<BenchCase, 'prepare'>): BenchCase {
  const { run, check } = made;
  return { ...made, prepare: ON_COPY + PREPARE, run: ON_COPY + run, check: ON_COPY + check };
}

const CONTENT = 'backuper verify --repository "$OUT/repository" --level content';
const IS_DIFFERENTIAL = `test "$(backuper list --repository "$OUT/repository" --json | grep -c '"type": "differential"')" -eq 1`;
const RESTORED = 'diff <(content_of changing) <(content_of restored)';
const DROP = 'sql -d postgres -c "DROP DATABASE IF EXISTS restored WITH (FORCE)"; sql -d postgres -c CHECKPOINT';

function restore(name: string, title: string, repository: string): BenchCase {
  const run = `backuper restore latest --repository "$WORK/${repository}" --name changing --into restored --no-analyze`;
  return incremental({ name, title, run, check: RESTORED, after: DROP });
}

function differential(name: string, title: string, parent: string): BenchCase {
  return incremental({
    name,
    title,
    before: `cp -al "$WORK/${parent}" "$OUT/repository"`,
    run: 'differential "$OUT/repository"',
    check: `${IS_DIFFERENTIAL}; ${CONTENT}`,
    stored: 'out',
  });
}

const OURS: readonly BenchCase[] = [
  incremental({
    name: 'full-alone',
    title: 'ours, a full without an index',
    run: 'backuper backup --repository "$OUT/repository"',
    check: CONTENT,
    stored: 'out',
  }),
  incremental({
    name: 'full-indexed',
    title: 'ours, a full with its index',
    run: 'indexed_full "$OUT/repository"',
    check: CONTENT,
    stored: 'out',
  }),
  differential('differential-same', 'ours, a differential, nothing changed', 'after'),
  differential('differential', 'ours, a differential, 1 % appended and hot rows', 'before'),
];

const PEERS: readonly BenchCase[] = [
  incremental({
    name: 'restic-changed',
    title: '`pg_dump -Fd -Z0 -j2`, then restic, 1 % appended and hot rows',
    note: 'its repository has the dump from before the changes; `--compression auto`. The dump is plain text on the disk',
    needs: ['restic'],
    before: 'cp -al "$WORK/restic" "$OUT/repository"',
    run: `dump_for_restic
restic_backup "$OUT/repository"
rm -r "$TMPDIR/dump"`,
    check: `restic restore --quiet --repo "$OUT/repository" latest --target "$WORK/restored"
pg_restore -f /dev/null "$WORK/restored/$TMPDIR/dump"; rm -r "$WORK/restored"`,
    stored: 'out',
  }),
  incremental({
    name: 'basebackup-changed',
    title: '`pg_basebackup --incremental`, zstd, 1 % appended and hot rows',
    note: 'the files of the whole server, without the write-ahead log that a restore needs; not encrypted',
    run: 'base_backup -D "$OUT/base" --incremental="$WORK/base/backup_manifest"',
    check: 'test -s "$OUT/base/backup_manifest"',
    stored: 'out',
  }),
];

/** Backups that store what changed since another one. */
export const INCREMENTAL: Group = {
  name: 'incremental',
  title: 'Differentials',
  text: `A copy of the database, after two such days, gets 1 % more rows in its large tables and updates of the newest ones. Each run adds to a
repository that holds a backup from before that ("nothing changed": from after it); *stored* is what the run added.`,
  reference: 'copy-changed',
  referenceTitle: 'two COPY sessions',
  database: { kind: 'rows' },
  cases: [
    incremental({
      name: 'copy-changed',
      title: 'two COPY sessions, text, `> /dev/null` (the limit)',
      run: `sql -c 'COPY events TO STDOUT' > /dev/null & first=$!
{ tables_but_events | while read -r table; do echo "COPY $table TO STDOUT;"; done; } | sql > /dev/null
wait $first`,
      check: 'true',
    }),
    ...OURS,
    ...PEERS,
    restore('restore-full', 'ours, restore of the full, without statistics', 'after'),
    restore('restore-differential', 'ours, restore of the differential, without statistics', 'changed'),
  ],
};
