import { pick, processMiB, wallRatio } from './figures.ts';
import type { Target } from './target.ts';

const GROUP = 'compression';

/** Levels of zstd that follow what holds a backup up. */
export const COMPRESSION_TARGETS: readonly Target[] = [
  {
    what: '`--compression auto`, storage of 20 Mbit/s, against the default: wall',
    asked: '≤ 0.9×',
    limit: { atMost: 0.9 },
    unit: '×',
    figure: wallRatio(GROUP, 'zstd-20-auto', ['zstd-20-level-1']),
    reason: 'the first segments, which fill the uploads, are compressed at level 1',
  },
  {
    what: 'the same, 100 Mbit/s',
    asked: 'not slower: ≤ 1.02×',
    limit: { atMost: 1.02 },
    unit: '×',
    figure: wallRatio(GROUP, 'zstd-100-auto', ['zstd-100-level-1']),
  },
  {
    what: 'the same, MinIO on the same machine',
    asked: 'not slower: ≤ 1.05×',
    limit: { atMost: 1.05 },
    unit: '×',
    figure: wallRatio(GROUP, 'zstd-here-auto', ['zstd-here-level-1']),
  },
  {
    what: 'memory of our process, `--compression auto`, 20 Mbit/s',
    asked: '≤ 256 MiB',
    limit: { atMost: 256 },
    unit: 'MiB',
    figure: pick(GROUP, 'zstd-20-auto', processMiB),
  },
];
