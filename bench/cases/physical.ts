import type { BenchCase, Group } from './case.ts';

const CONFIG = `cat > "$OUT/pgbackrest.conf" <<END
[global]
repo1-path=$OUT/repository
log-path=$OUT
lock-path=$OUT/lock
spool-path=$OUT/spool
log-level-console=error
log-level-file=off
process-max=2
compress-type=zst
compress-level=1
start-fast=y
archive-check=n
CIPHER
[bench]
pg1-path=$PGDATA
pg1-port=$PGPORT
pg1-socket-path=$PGSOCKET
pg1-user=postgres
END
pgbackrest --config="$OUT/pgbackrest.conf" --stanza=bench --no-online stanza-create`;

const RUN = 'pgbackrest --config="$OUT/pgbackrest.conf" --stanza=bench --type=full backup';
const CHECK = `pgbackrest --config="$OUT/pgbackrest.conf" --stanza=bench info --output=json > "$OUT/info.json"
grep -q '"error":false' "$OUT/info.json"`;
const ENCRYPTED = 'repo1-cipher-type=aes-256-cbc\nrepo1-cipher-pass=throw-away passphrase';

function pgBackRest(name: string, title: string, cipher: string): BenchCase {
  const before = CONFIG.replace('CIPHER', cipher);
  return { name, title, needs: ['pgbackrest'], before, run: RUN, check: CHECK, stored: 'out' };
}

/** Physical backups copy the files of the whole server, with indexes: another thing than a dump. */
export const PHYSICAL: Group = {
  name: 'physical',
  title: 'Backup, physical, for comparison',
  text: `A physical backup copies the server's files with all indexes and needs the server's machine. pgBackRest 2.45, which
Debian 12 has, knows PostgreSQL 9.0 to 15: this section runs on PostgreSQL 15, with the same rows. The write-ahead log
that a restore would need is not archived (\`archive-check=n\`).`,
  reference: 'copy-15',
  referenceTitle: 'two COPY sessions on the same server',
  database: { kind: 'rows' },
  major: 15,
  cases: [
    {
      name: 'copy-15',
      title: 'two COPY sessions, text, `> /dev/null`',
      run: `sql -c 'COPY events TO STDOUT' > /dev/null & first=$!
{ tables_but_events | while read -r table; do echo "COPY $table TO STDOUT;"; done; } | sql > /dev/null
wait $first`,
      check: 'true',
    },
    pgBackRest('pgbackrest', 'pgBackRest, full, zstd 1, 2 processes, encrypted (AES-256-CBC)', ENCRYPTED),
    pgBackRest('pgbackrest-plain', 'pgBackRest, full, zstd 1, 2 processes, not encrypted', ''),
    {
      name: 'wal-g',
      title: 'wal-g, full, zstd, 2 streams, encrypted (libsodium)',
      needs: ['wal-g'],
      run: 'WALG_FILE_PREFIX="$OUT" WALG_COMPRESSION_METHOD=zstd PGHOST="$PGSOCKET" wal-g backup-push "$PGDATA"',
      check: 'WALG_FILE_PREFIX="$OUT" wal-g backup-list | grep -q base_',
      stored: 'out',
    },
    {
      name: 'ours-15',
      title: 'ours, encrypted, to disk',
      run: 'backuper backup --repository "$OUT/repository"',
      check: 'backuper verify --repository "$OUT/repository" --level content',
      stored: 'out',
    },
  ],
};
