import type { BenchCase, Group } from './case.ts';
import { BORG, RESTIC, RESTIC_S3 } from './repositories.ts';

const COPY: BenchCase = {
  name: 'copy',
  title: 'two COPY sessions, text, `> /dev/null` (the limit)',
  run: `sql -c 'COPY events TO STDOUT' > /dev/null & first=$!
{ tables_but_events | while read -r table; do echo "COPY $table TO STDOUT;"; done; } | sql > /dev/null
wait $first`,
  check: 'true',
};

const GPG: readonly BenchCase[] = [
  {
    name: 'gpg-custom',
    title: '`pg_dump -Fc | gpg`',
    note: 'gzip by pg_dump, as most scripts have it; with the key used here gpg did not compress it again',
    needs: ['gpg'],
    run: 'pg_dump -Fc | gpg_encrypt --output "$OUT/dump.gpg"; sync "$OUT/dump.gpg"',
    check: 'gpg_decrypt "$OUT/dump.gpg" | pg_restore -f /dev/null',
    stored: 'out',
  },
  {
    name: 'gpg-gzip',
    title: '`pg_dump | gzip | gpg`',
    needs: ['gpg'],
    run: 'pg_dump | gzip | gpg_encrypt --output "$OUT/dump.gpg"; sync "$OUT/dump.gpg"',
    check: `gpg_decrypt "$OUT/dump.gpg" | gunzip | grep -qx -- '-- PostgreSQL database dump complete'`,
    stored: 'out',
  },
  {
    name: 'gpg-zstd',
    title: '`pg_dump -Fc --compress=zstd:1 | gpg -z0`',
    note: 'the best that these two programs can do',
    needs: ['gpg'],
    run: 'pg_dump -Fc --compress=zstd:1 | gpg_encrypt -z0 --output "$OUT/dump.gpg"; sync "$OUT/dump.gpg"',
    check: 'gpg_decrypt "$OUT/dump.gpg" | pg_restore -f /dev/null',
    stored: 'out',
  },
];

const PLAIN: BenchCase = {
  name: 'directory',
  title: '`pg_dump -Fd -j4 --compress=zstd:1`, not encrypted',
  run: 'pg_dump -Fd -j4 --compress=zstd:1 -f "$OUT/dump"',
  check: 'pg_restore -f /dev/null "$OUT/dump"',
  stored: 'out',
  isPlain: true,
};

const OURS: readonly BenchCase[] = [
  ...[4, 2].map(
    (jobs): BenchCase => ({
      name: jobs === 4 ? 'ours' : `ours-j${jobs}`,
      title: `ours, encrypted, to disk, \`--jobs ${jobs}\`${jobs === 4 ? ' (the default)' : ''}`,
      run: `backuper backup --repository "$OUT/repository" --jobs ${jobs}`,
      check: 'backuper verify --repository "$OUT/repository" --level content',
      stored: 'out',
    }),
  ),
  ...[4, 2].map(
    (jobs): BenchCase => ({
      name: jobs === 4 ? 'ours-s3' : `ours-s3-j${jobs}`,
      title: `ours, encrypted, to MinIO, \`--jobs ${jobs}\`${jobs === 4 ? ' (the default)' : ''}`,
      run: `backuper backup --repository "s3://$BUCKET/backups" --jobs ${jobs}`,
      check: 'backuper verify --repository "s3://$BUCKET/backups" --level content',
      stored: 'bucket',
    }),
  ),
];

/** Backup of one database, to disk and to MinIO. */
export const BACKUP: Group = {
  name: 'backup',
  title: 'Backup',
  text: 'Every case ends with its bytes given to the disk (fsync), as far as the program can.',
  reference: 'copy',
  referenceTitle: 'two COPY sessions',
  database: { kind: 'rows' },
  cases: [COPY, ...OURS, PLAIN, ...GPG, RESTIC, BORG, RESTIC_S3],
};
