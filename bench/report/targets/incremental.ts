import type { Results } from '../results.ts';
import { pick, processMiB, wallRatio } from './figures.ts';
import type { Target } from './target.ts';

const GROUP = 'incremental';
const stored = (name: string) => pick(GROUP, name, ({ storedBytes = 0 }) => storedBytes);

/** What one case stored, in percent of another. */
function storedShare(name: string, of: string): (results: Results) => number | undefined {
  return (results) => {
    const [own, other] = [stored(name)(results), stored(of)(results)];
    return own === undefined || other === undefined || other === 0 ? undefined : (own / other) * 100;
  };
}

/** Differentials: what they store, and what they and the index of their full cost. */
export const INCREMENTAL_TARGETS: readonly Target[] = [
  {
    what: 'differential of an unchanged database: stored',
    asked: '≤ 0.1 % of a full',
    limit: { atMost: 0.1 },
    unit: '%',
    figure: storedShare('differential-same', 'full-indexed'),
  },
  {
    what: 'differential after 1 % appended and hot rows: stored',
    asked: '≤ 8 % of a full',
    limit: { atMost: 8 },
    unit: '%',
    figure: storedShare('differential', 'full-indexed'),
  },
  {
    what: 'the same against restic',
    asked: '≤ 50 %',
    limit: { atMost: 50 },
    unit: '%',
    figure: storedShare('differential', 'restic-changed'),
    reason: 'both store little beside the compressed new rows themselves, 1 % of a full',
  },
  {
    what: 'the same against a full: wall',
    asked: '≤ 0.75×',
    limit: { atMost: 0.75 },
    unit: '×',
    figure: wallRatio(GROUP, 'differential', ['full-alone']),
    reason: 'the server makes COPY text as for a full; see the two sessions that do nothing else',
  },
  {
    what: 'the same against two COPY sessions: wall',
    asked: '≤ 1.25×',
    limit: { atMost: 1.25 },
    unit: '×',
    figure: wallRatio(GROUP, 'differential', ['copy-changed']),
  },
  {
    what: 'a full with its index against one without: wall',
    asked: '≤ 1.08×',
    limit: { atMost: 1.08 },
    unit: '×',
    figure: wallRatio(GROUP, 'full-indexed', ['full-alone']),
  },
  {
    what: 'memory of our process, differential',
    asked: '≤ 256 MiB',
    limit: { atMost: 256 },
    unit: 'MiB',
    figure: pick(GROUP, 'differential', processMiB),
  },
  {
    what: 'memory of our process, full with its index',
    asked: '≤ 256 MiB',
    limit: { atMost: 256 },
    unit: 'MiB',
    figure: pick(GROUP, 'full-indexed', processMiB),
  },
  {
    what: 'restore of a differential against that of a full: wall',
    asked: '≤ 1.15×',
    limit: { atMost: 1.15 },
    unit: '×',
    figure: wallRatio(GROUP, 'restore-differential', ['restore-full']),
  },
  {
    what: 'differential with --skip-unchanged, 5 % of the tables touched, against a full: wall',
    asked: '≤ 0.25×',
    limit: { atMost: 0.25 },
    unit: '×',
    figure: wallRatio('unread', 'unread-skipping', ['unread-full']),
  },
];
