import { isUsual, percentAbove, pick } from './figures.ts';
import type { Target } from './target.ts';

const clientS = (name: string) => pick('parts', name, (summary) => summary.clientS.median, isUsual);

/** One database read by several jobs. */
export const PARTS_TARGETS: readonly Target[] = [
  {
    what: 'one database by a holder and four workers against one job: CPU of all processes of the client',
    asked: '≤ 5 % more',
    limit: { atMost: 5 },
    unit: '%',
    figure: percentAbove(clientS('parts-none'), clientS('parts-4')),
    reason:
      'each of five processes loads the program and its keys, checks the server and compiles what becomes hot (docs/decisions/several-jobs.md)',
  },
  {
    what: 'the same: the holder, after the last worker ended',
    asked: '≤ 1 s',
    limit: { atMost: 1 },
    unit: 's',
    figure: pick('parts', 'parts-4', ({ noted }) => noted.idleS?.median ?? Number.NaN),
  },
];
