/**
 * What every script of a case begins with. Its variables: OUT (empty folder of this run), WORK (folder of the group, kept
 * over the rounds), NOTES (a file for figures), TMPDIR, BUCKET and WORK_BUCKET (the same on MinIO), NODE and PROGRAM (ours), BENCH (our folder),
 * PG* (with PGDATA and PGSOCKET), BENCH_DATABASE (what PGDATABASE begins as), TARGET_PORT (a second server), RECIPIENT,
 * DEDUP_SECRET, and what each program wants of keys.
 */
export const PRELUDE = `set -e -o pipefail
backuper() { "$NODE" "$PROGRAM" "$@"; }
sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }
gpg_encrypt() { gpg --batch --quiet --trust-model always --recipient "$RECIPIENT" --encrypt "$@"; }
gpg_decrypt() { gpg --batch --quiet --pinentry-mode loopback --passphrase-file "$PASSPHRASE_FILE" --decrypt "$@"; }
tables_but_events() {
  sql -c "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
          AND relname <> 'events' ORDER BY relpages DESC"
}
on_target() { PGPORT="$TARGET_PORT" "$@"; }
counts_of() {
  sql -d "$1" -c "SELECT relkind, count(*) FROM pg_class WHERE relnamespace::regnamespace::text !~ '^(pg_|information_)' GROUP BY 1 ORDER BY 1"
  sql -d "$1" -c "SELECT (SELECT count(*) FROM pg_constraint WHERE convalidated), (SELECT count(*) FROM pg_trigger), (SELECT count(*) FROM pg_namespace WHERE nspname !~ '^pg_'),
                  (SELECT count(*) FROM pg_largeobject_metadata), (SELECT sum(length(data)) FROM pg_largeobject)"
}
rows_of() { sql -d "$1" -c "SELECT count(*), md5(string_agg(t::text, ',' ORDER BY t::text)) FROM $2 t"; }
content_of() {
  sql -d "$1" -c "SELECT relkind, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1, 2"
  sql -d "$1" -c "SELECT conname FROM pg_constraint ORDER BY 1"
  sql -d "$1" -c "SELECT format('SELECT ''%1$s'', count(*), sum(hashtextextended(t::text, 0)) FROM %1$I t', relname)
                  FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname" | sql -d "$1"
}
indexed_full() { backuper backup --repository "$@" --dedup-secret-file "$DEDUP_SECRET"; }
differential() { indexed_full "$1" --incremental; }
base_backup() { pg_basebackup -h "$PGSOCKET" -Ft --compress=client-zstd:1 --checkpoint=fast -X none --no-sync "$@"; }
dump_for_restic() { pg_dump -Fd -Z0 -j2 -f "$TMPDIR/dump"; }
restic_backup() { restic backup --quiet --repo "$1" --compression auto "$TMPDIR/dump"; }
export RESTIC_S3="s3:$BACKUP_S3_ENDPOINT/$BUCKET/restic"
`;
