import { markdownTable } from './markdown-table.ts';
import type { Results } from './results.ts';
import type { Target } from './targets/target.ts';
import { TARGETS } from './targets/targets.ts';

/** What was asked, what was measured, and whether that is enough; with the reason where it is not. */
export function targetTable(results: Results, targets: readonly Target[] = TARGETS): string {
  const rows = targets.map((target) => {
    const figure = target.figure(results);
    return [target.what, target.asked, figure === undefined ? '' : shown(figure, target.unit), verdict(target, figure)];
  });
  return markdownTable([['what', 'asked', 'measured', 'reached'], ...rows]);
}

/** Whether a figure keeps the promise. */
export function isReached({ limit }: Pick<Target, 'limit'>, figure: number): boolean {
  return 'atMost' in limit ? figure <= limit.atMost : figure >= limit.atLeast;
}

function verdict(target: Target, figure: number | undefined): string {
  if (figure === undefined) return 'not measured';
  if (isReached(target, figure)) return 'yes';
  return target.reason === undefined ? '**no**' : `**no**: ${target.reason}`;
}

function shown(figure: number, unit: Target['unit']): string {
  if (unit === 'bytes') return `${figure.toLocaleString('en')} bytes`;
  if (unit === '×') return `${figure.toFixed(2)}×`;
  const digits = unit === 's' ? (figure < 10 ? 3 : 1) : unit === '%' ? 1 : 0;
  return `${figure.toFixed(digits)} ${unit}`;
}
