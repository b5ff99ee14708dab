import { inverse, isLarge, isUsual, percentAbove, pick, processMiB, speed, wallRatio } from './figures.ts';
import type { Target } from './target.ts';

const ENCRYPTING_PEERS = ['gpg-custom', 'gpg-gzip', 'gpg-zstd', 'restic', 'borg'];

const memory = (isRight: typeof isUsual) => pick('backup', 'ours-s3', processMiB, isRight);

/** Backup of one database, its memory and its use of the cores. */
export const BACKUP_TARGETS: readonly Target[] = [
  {
    what: 'backup, encrypted, to disk: wall',
    asked: '≤ 1.8× the limit of two COPY sessions (aim 1.5×)',
    limit: { atMost: 1.8 },
    unit: '×',
    figure: wallRatio('backup', 'ours', ['copy']),
    reason:
      'on two cores every CPU second counts, the server alone takes a good third of them; where the others go: docs/decisions/pipeline.md',
  },
  {
    what: 'the same against the fastest encrypting peer of the same run',
    asked: 'not slower: ≤ 1×',
    limit: { atMost: 1 },
    unit: '×',
    figure: wallRatio('backup', 'ours', ENCRYPTING_PEERS),
    reason:
      '`pg_dump -Fc --compress=zstd:1 \\| gpg -z0` does less: no hash and no count of rows, one stream that only its end proves and that one session restores',
  },
  {
    what: 'the same against `pg_dump -Fc \\| gpg`',
    asked: '≥ 3.5× faster',
    limit: { atLeast: 3.5 },
    unit: '×',
    figure: inverse(wallRatio('backup', 'ours', ['gpg-custom'])),
  },
  {
    what: 'server elsewhere (a core of its own, 1 Gbit/s between): encrypted, to disk, against the encrypting pipe',
    asked: 'ahead: ≤ 1×',
    limit: { atMost: 1 },
    unit: '×',
    figure: wallRatio('elsewhere', 'far-ours', ['far-gpg-zstd']),
  },
  {
    what: 'the same against plain `pg_dump -Fd -j4 --compress=zstd:1`, not encrypted',
    asked: 'ahead, or the reason: ≤ 1×',
    limit: { atMost: 1 },
    unit: '×',
    figure: wallRatio('elsewhere', 'far-ours', ['far-directory']),
    reason: 'pg_dump neither encrypts nor hashes nor counts: 4 CPU seconds less on the one core that the programs have',
  },
  {
    what: 'the same against restic',
    asked: 'ahead: ≤ 1×',
    limit: { atMost: 1 },
    unit: '×',
    figure: wallRatio('elsewhere', 'far-ours', ['far-restic']),
  },
  {
    what: 'backup, encrypted, to MinIO on the same machine: wall',
    asked: '≤ 2.3× the limit (aim 1.9×)',
    limit: { atMost: 2.3 },
    unit: '×',
    figure: wallRatio('backup', 'ours-s3', ['copy']),
    reason: 'as to disk, and MinIO takes its CPU time from the same two cores',
  },
  {
    what: 'the same against restic to MinIO',
    asked: 'below: < 1×',
    limit: { atMost: 1 },
    unit: '×',
    figure: wallRatio('backup', 'ours-s3', ['restic-s3']),
  },
  {
    what: 'memory of our process, backup to MinIO, usual size',
    asked: '≤ 256 MiB',
    limit: { atMost: 256 },
    unit: 'MiB',
    figure: memory(isUsual),
  },
  {
    what: 'the same, 10 GB and more',
    asked: '≤ 256 MiB',
    limit: { atMost: 256 },
    unit: 'MiB',
    figure: memory(isLarge),
    reason: 'the buffers are as many as at the usual size; what else grew: docs/scale.md',
  },
  {
    what: 'the same, growth from the usual size',
    asked: '≤ 10 %',
    limit: { atMost: 10 },
    unit: '%',
    figure: percentAbove(memory(isUsual), memory(isLarge)),
    reason:
      'tables from 2 GiB on are read in ranges, which take about 30 MiB; the usual size has no such table (docs/scale.md)',
  },
  {
    what: 'temporary disk of a backup to MinIO',
    asked: '0 bytes',
    limit: { atMost: 0 },
    unit: 'bytes',
    figure: pick('backup', 'ours-s3', ({ tempBytes }) => tempBytes),
    reason: 'the empty section of a service file, by which pg_dump waits for its pipes; nothing of the dump',
  },
  {
    what: 'one giant table, `--split-tables` against one session',
    asked: '≥ 1.6× faster on two cores',
    limit: { atLeast: 1.6 },
    unit: '×',
    figure: inverse(wallRatio('giant', 'ours-split', ['ours-one-session'])),
    reason:
      'on two cores one session is not what holds a backup up: its CPU time nearly fills both of them; what more cores gain is not measured here',
  },
  {
    what: 'the pipeline without a server, two cores',
    asked: '≥ 350 MB/s raw',
    limit: { atLeast: 350 },
    unit: 'MB/s',
    figure: speed('cores', 'pipeline-2'),
    reason:
      'each 1.6 GB take 4.8 CPU seconds of zstd, 1.7 of SHA-256, 0.9 of OpenPGP and about 1 to read the pipes, which nearly fills both cores at that speed (docs/decisions/pipeline.md)',
  },
];
