import type { BenchCase } from './case.ts';

const RESTIC_NOTE = '`--compression auto`, the fastest of its settings that compress; the repository is made before';

/** Backup programs with encrypted repositories, fed by pg_dump without compression so that they can compress. */
export const RESTIC: BenchCase = {
  name: 'restic',
  title: '`pg_dump -Fc -Z0 | restic`, to disk',
  note: RESTIC_NOTE,
  needs: ['restic'],
  before: 'restic init --quiet --repo "$OUT/repository"',
  run: `pg_dump -Fc -Z0 | restic backup --quiet --repo "$OUT/repository" --compression auto --stdin --stdin-filename dump`,
  check: 'restic dump --quiet --repo "$OUT/repository" latest dump | pg_restore -f /dev/null',
  stored: 'out',
};

export const RESTIC_S3: BenchCase = {
  name: 'restic-s3',
  title: '`pg_dump -Fc -Z0 | restic`, to MinIO',
  note: RESTIC_NOTE,
  needs: ['restic'],
  before: 'restic init --quiet --repo "$RESTIC_S3"',
  run: `pg_dump -Fc -Z0 | restic backup --quiet --repo "$RESTIC_S3" --compression auto --stdin --stdin-filename dump`,
  check: 'restic dump --quiet --repo "$RESTIC_S3" latest dump | pg_restore -f /dev/null',
  stored: 'bucket',
};

export const BORG: BenchCase = {
  name: 'borg',
  title: '`pg_dump -Fc -Z0 | borg`, to disk',
  note: '`zstd,1` and `repokey-blake2`, its fastest encryption; the repository is made before',
  needs: ['borg'],
  before: 'borg init --encryption repokey-blake2 "$OUT/repository"',
  run: 'pg_dump -Fc -Z0 | borg create --compression zstd,1 "$OUT/repository::dump" -',
  check: 'borg extract --stdout "$OUT/repository::dump" | pg_restore -f /dev/null',
  stored: 'out',
};
