import type { CaseSummary } from '../summary.ts';
import { pick, processMiB } from './figures.ts';
import type { Target } from './target.ts';

const SUMMARIES = ['list', 'status', 'prune'].flatMap((name) => [`${name}-cold`, `${name}-warm`]);

/** The largest figure of all commands. */
function most(of: (summary: CaseSummary) => number): Target['figure'] {
  return (results) => {
    const figures = SUMMARIES.map((name) => pick('scale', name, of)(results));
    const known = figures.flatMap((figure) => figure ?? []);
    return known.length < SUMMARIES.length ? undefined : Math.max(...known);
  };
}

/** Commands on a repository of 10,000 backups. */
export const SCALE_TARGETS: readonly Target[] = [
  {
    what: '10,000 backups: the slowest of `list`, `status`, `prune --dry-run`, cold and warm',
    asked: '≤ 2 s',
    limit: { atMost: 2 },
    unit: 's',
    figure: most(({ wallS }) => wallS.median),
    reason: 'listing, checking and reading 10,000 commits takes that much CPU time: docs/scale.md',
  },
  {
    what: 'the same: most memory',
    asked: '≤ 256 MiB',
    limit: { atMost: 256 },
    unit: 'MiB',
    figure: most(processMiB),
    reason: 'commits that are fetched for the first time are garbage soon, and the collector lags behind',
  },
];
