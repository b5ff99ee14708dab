import { expect, test } from 'vitest';
import { readFigures, withFigures } from './fault-figures.ts';

const line = (kind: string, what: string, tried: number, violations = 0) =>
  `${JSON.stringify({ kind, what, tried, violations })}\n`;

test('figures of the same thing are added up, in the order of their names', () => {
  const lines = line('kills', 'prune', 3) + line('flips', 'a', 1000) + line('kills', 'prune', 4, 1);
  expect(readFigures(lines)).toEqual([
    { kind: 'flips', what: 'a', tried: 1000, violations: 0 },
    { kind: 'kills', what: 'prune', tried: 7, violations: 1 },
  ]);
  expect(readFigures('')).toEqual([]);
});

const page = 'before\n<!-- figures of `pnpm test:faults`: written by it -->\nold\n<!-- end of figures -->\nafter\n';

test('a page gets new figures in the place of the old ones, again and again', () => {
  const run = {
    status: 0,
    facts: ['seed 7'],
    figures: readFigures(line('flips', 'a', 1000, 2) + line('kills', 'b', 5)),
  };
  const written = withFigures(page, run);
  expect(written).toMatchInlineSnapshot(`
    "before
    <!-- figures of \`pnpm test:faults\`: written by it -->

    - seed 7

    | kind | what | tried | violations |
    |---|---|--:|--:|
    | flips | a | 1,000 | 2 |
    | kills | b | 5 | 0 |
    | **all** |  | 1,005 | 2 |

    <!-- end of figures -->
    after
    "
  `);
  expect(withFigures(written, run)).toBe(written);
});

test('a failed run is said to be one', () => {
  expect(withFigures(page, { status: 1, facts: [], figures: [] })).toContain('**The run failed**');
});

test('a page without a place for figures is refused', () => {
  expect(() => withFigures('nothing', { status: 0, facts: [], figures: [] })).toThrow(/lacks the lines/);
});
