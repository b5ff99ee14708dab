import { pick, processMiB, speed, wallRatio } from './figures.ts';
import type { Target } from './target.ts';

/** Restore and verification. */
export const RESTORE_TARGETS: readonly Target[] = [
  {
    what: 'restore, encrypted, from disk, against `pg_restore -j2` of a plain directory',
    asked: '≤ 1.1× (aim 1.0×)',
    limit: { atMost: 1.1 },
    unit: '×',
    figure: wallRatio('restore', 'ours-restore', ['pg-restore-j2']),
    reason:
      'client and server share two cores, and decryption, decompression and hashes cost 5 to 7 CPU seconds more than the 30 of pg_restore and its server',
  },
  {
    what: 'the same from MinIO',
    asked: '≤ 1.1× (aim 1.0×)',
    limit: { atMost: 1.1 },
    unit: '×',
    figure: wallRatio('restore', 'ours-restore-s3', ['pg-restore-j2']),
    reason:
      'client and server share two cores, and decryption, decompression and hashes cost 5 to 7 CPU seconds more than the 30 of pg_restore and its server',
  },
  {
    what: 'memory of our process, restore from MinIO',
    asked: '≤ 300 MiB',
    limit: { atMost: 300 },
    unit: 'MiB',
    figure: pick('restore', 'ours-restore-s3', processMiB),
  },
  {
    what: 'temporary disk of a restore from MinIO',
    asked: 'no dump on disk: ≤ 1 MB',
    limit: { atMost: 1_000_000 },
    unit: 'bytes',
    figure: pick('restore', 'ours-restore-s3', ({ tempBytes }) => tempBytes),
  },
  {
    what: 'verification of the content, on two cores, against `gpg --decrypt | zstd -d`',
    asked: '≤ 1.5×',
    limit: { atMost: 1.5 },
    unit: '×',
    figure: wallRatio('verify', 'verify-2', ['gpg-zstd-read']),
    reason:
      'SHA-256 of all rows and objects and the count of rows take 1.5 CPU seconds of 1.6 GB, which gpg and zstd do not spend (docs/decisions/openpgp.md)',
  },
  {
    what: 'verification of the content, on one core',
    asked: '≥ 400 MB/s raw',
    limit: { atLeast: 400 },
    unit: 'MB/s',
    figure: speed('verify', 'verify-1'),
    reason:
      'decryption, decompression, three digests and the count of rows together take more than the 4 CPU seconds for each 1.6 GB that this would mean; SHA-256 alone takes 1.4, and `gpg --decrypt | zstd -d` of the same run, without a hash, 2.8',
  },
];
