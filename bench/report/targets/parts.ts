import type { Section } from '../results.ts';
import { percentAbove, pick } from './figures.ts';
import type { Target } from './target.ts';

/** Four parts of 1.6 GB each, and one database of 1.6 GB: what starts cost does not grow with the rows. */
const SIZES = [
  { what: '6.4 GB', isRight: ({ megabytes }: Section) => megabytes >= 5000 },
  { what: '1.6 GB', isRight: ({ megabytes }: Section) => megabytes < 5000 },
];

/** One database read by several jobs. */
export const PARTS_TARGETS: readonly Target[] = SIZES.flatMap(({ what, isRight }) => {
  const clientS = (name: string) => pick('parts', name, (summary) => summary.clientS.median, isRight);
  return [
    {
      what: `one database of ${what} by a holder and four workers against one job: CPU of all processes of the client`,
      asked: '≤ 5 % more',
      limit: { atMost: 5 },
      unit: '%',
      figure: percentAbove(clientS('parts-none'), clientS('parts-4')),
      reason:
        'each of five processes loads the program and its keys, checks the server and compiles what becomes hot (docs/decisions/several-jobs.md)',
    },
    {
      what: `its holder, with ${what}, after the last worker ended`,
      asked: '≤ 1 s',
      limit: { atMost: 1 },
      unit: 's',
      figure: pick('parts', 'parts-4', ({ noted }) => noted.idleS?.median ?? Number.NaN, isRight),
    },
  ];
});
