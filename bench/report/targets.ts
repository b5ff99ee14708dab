import type { Results, Section } from './results.ts';
import { type CaseSummary, summaryOf } from './summary.ts';

/** One promise of the issue, and how its figure comes out of the results. */
export interface Target {
  readonly what: string;
  readonly asked: string;
  /** Reached when the figure is at most (or at least) this. */
  readonly limit: { readonly atMost: number } | { readonly atLeast: number };
  readonly unit: '×' | 'MiB' | 's' | 'bytes' | 'MB/s' | '%';
  /** Undefined where its cases were not measured. */
  readonly figure: (results: Results) => number | undefined;
  /** Shown where it is not reached. */
  readonly reason?: string;
}

const MIB = 1024 ** 2;

/** Finds the summary of a case in the section of a group that has it; `atLeastMb`: of a database at least so large. */
type Find = (group: string, name: string) => CaseSummary | undefined;

function finder(results: Results, isRight: (section: Section) => boolean = isUsual): Find {
  return (group, name) => {
    const sections = results.sections.filter((each) => each.group === group && isRight(each));
    return sections.map((section) => summaryOf(section, name)).find((summary) => summary !== undefined);
  };
}

const isUsual = ({ megabytes }: Section): boolean => megabytes < 10_000;
const isLarge = ({ megabytes }: Section): boolean => megabytes >= 10_000;

/** How many times longer `name` took than the shortest of `others` in the same group. */
function wallRatio(group: string, name: string, others: readonly string[]): Target['figure'] {
  return (results) => {
    const find = finder(results);
    const walls = others.flatMap((other) => find(group, other)?.wallS.median ?? []);
    const own = find(group, name)?.wallS.median;
    return own === undefined || walls.length === 0 ? undefined : own / Math.min(...walls);
  };
}

function inverse(figure: Target['figure']): Target['figure'] {
  return (results) => {
    const value = figure(results);
    return value === undefined ? undefined : 1 / value;
  };
}

function pick(group: string, name: string, of: (summary: CaseSummary) => number): Target['figure'] {
  return (results) => {
    const summary = finder(results)(group, name);
    return summary === undefined ? undefined : of(summary);
  };
}

const ENCRYPTING_PEERS = ['gpg-custom', 'gpg-gzip', 'gpg-zstd', 'restic', 'borg'];
const processMiB = (summary: CaseSummary): number => summary.processBytes / MIB;

/** Percent between the memory of a large and of a usual database. */
function memoryGrowth(results: Results): number | undefined {
  const usual = finder(results)('backup', 'ours-s3')?.processBytes;
  const large = finder(results, isLarge)('backup', 'ours-s3')?.processBytes;
  return usual === undefined || large === undefined ? undefined : (large / usual - 1) * 100;
}

function largeMemory(results: Results): number | undefined {
  const large = finder(results, isLarge)('backup', 'ours-s3');
  return large === undefined ? undefined : processMiB(large);
}

/** Raw megabytes per second. */
function speed(group: string, name: string): Target['figure'] {
  return (results) => {
    const section = results.sections.find((each) => each.group === group && isUsual(each));
    const summary = section === undefined ? undefined : summaryOf(section, name);
    return section === undefined || summary === undefined ? undefined : section.rawBytes / 1e6 / summary.wallS.median;
  };
}

export const TARGETS: readonly Target[] = [
  {
    what: 'backup, encrypted, to disk: wall',
    asked: '≤ 1.8× the limit of two COPY sessions (aim 1.5×)',
    limit: { atMost: 1.8 },
    unit: '×',
    figure: wallRatio('backup', 'ours', ['copy']),
  },
  {
    what: 'the same against the fastest encrypting peer of the same run',
    asked: 'not slower: ≤ 1×',
    limit: { atMost: 1 },
    unit: '×',
    figure: wallRatio('backup', 'ours', ENCRYPTING_PEERS),
  },
  {
    what: 'the same against `pg_dump -Fc \\| gpg`',
    asked: '≥ 3.5× faster',
    limit: { atLeast: 3.5 },
    unit: '×',
    figure: inverse(wallRatio('backup', 'ours', ['gpg-custom'])),
  },
  {
    what: 'backup, encrypted, to MinIO on the same machine: wall',
    asked: '≤ 2.3× the limit (aim 1.9×)',
    limit: { atMost: 2.3 },
    unit: '×',
    figure: wallRatio('backup', 'ours-s3', ['copy']),
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
    figure: pick('backup', 'ours-s3', processMiB),
  },
  {
    what: 'the same, 10 GB and more',
    asked: '≤ 256 MiB',
    limit: { atMost: 256 },
    unit: 'MiB',
    figure: largeMemory,
  },
  {
    what: 'the same, growth from the usual size',
    asked: '≤ 10 %',
    limit: { atMost: 10 },
    unit: '%',
    figure: memoryGrowth,
  },
  {
    what: 'temporary disk of a backup to MinIO',
    asked: '0 bytes',
    limit: { atMost: 0 },
    unit: 'bytes',
    figure: pick('backup', 'ours-s3', ({ tempBytes }) => tempBytes),
  },
  {
    what: '1 MB database, encrypted, to MinIO, whole command with check, verify and rotation',
    asked: '≤ 0.9 s (aim 0.6 s)',
    limit: { atMost: 0.9 },
    unit: 's',
    figure: pick('small', 'ours-small', ({ wallS }) => wallS.median),
  },
  {
    what: '`--version`',
    asked: '≤ 0.1 s',
    limit: { atMost: 0.1 },
    unit: 's',
    figure: pick('small', 'version', ({ wallS }) => wallS.median),
  },
  {
    what: '5,000 tables against plain `pg_dump -Fd -j2`',
    asked: '≤ 1.2×',
    limit: { atMost: 1.2 },
    unit: '×',
    figure: wallRatio('tables-5000', 'ours-5000', ['directory-5000']),
  },
  {
    what: '100,000 tables: wall',
    asked: 'works, with a stated cost',
    limit: { atMost: Number.POSITIVE_INFINITY },
    unit: 's',
    figure: pick('tables-100000', 'ours-100000', ({ wallS }) => wallS.median),
  },
  {
    what: 'one giant table, `--split-tables` against one session',
    asked: '≥ 1.6× faster on two cores',
    limit: { atLeast: 1.6 },
    unit: '×',
    figure: inverse(wallRatio('giant', 'ours-split', ['ours-one-session'])),
  },
  {
    what: 'the pipeline without a server, two cores',
    asked: '≥ 350 MB/s raw',
    limit: { atLeast: 350 },
    unit: 'MB/s',
    figure: speed('cores', 'pipeline-2'),
  },
  {
    what: 'restore, encrypted, from disk, against `pg_restore -j2` of a plain directory',
    asked: '≤ 1.1× (aim 1.0×)',
    limit: { atMost: 1.1 },
    unit: '×',
    figure: wallRatio('restore', 'ours-restore', ['pg-restore-j2']),
  },
  {
    what: 'the same from MinIO',
    asked: '≤ 1.1× (aim 1.0×)',
    limit: { atMost: 1.1 },
    unit: '×',
    figure: wallRatio('restore', 'ours-restore-s3', ['pg-restore-j2']),
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
    what: 'verification of the content, on one core',
    asked: '≥ 400 MB/s raw',
    limit: { atLeast: 400 },
    unit: 'MB/s',
    figure: speed('verify', 'verify-1'),
  },
];
