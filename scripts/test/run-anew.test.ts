import { expect, test } from 'vitest';
import { countTests } from './counts.ts';
import { filesToRunAnew, mergeReports } from './run-anew.ts';

const failed = (path: string, isOnce = false) => ({ path, tests: ['a test'], isOnce });
const [one, two] = [failed('test/cli/a.test.ts'), failed('test/cli/b.test.ts')];

test('a few files that meet servers are run anew', () => {
  expect(filesToRunAnew({ failed: [one, two], errors: 0 })).toEqual(['test/cli/a.test.ts', 'test/cli/b.test.ts']);
  expect(filesToRunAnew({ failed: [], errors: 0 })).toEqual([]);
});

test.each([
  ['many files', [1, 2, 3, 4].map((n) => failed(`test/${n}.test.ts`)), 0],
  ['a unit test', [one, failed('packages/core/src/prune.test.ts')], 0],
  ['a test that has one try', [one, failed('test/sets/histories.test.ts', true)], 0],
  ['an error of no test', [one], 1],
])('where %s failed nothing is run anew', (_, some, errors) => {
  expect(filesToRunAnew({ failed: some, errors })).toEqual([]);
});

test('what is run anew counts instead of the first run', () => {
  const file = (name: string, ...statuses: string[]) => ({
    ...{ name, status: statuses.includes('failed') ? 'failed' : 'passed' },
    assertionResults: statuses.map((status) => ({ status })),
  });
  const first = { testResults: [file('a', 'passed', 'passed'), file('b', 'failed', 'passed')] };
  expect(countTests(mergeReports(first, { testResults: [file('b', 'passed', 'passed')] }))).toEqual({
    ...{ passed: 4, failed: 0, skipped: 0 },
  });
  expect(countTests(mergeReports(first, first))).toEqual({ passed: 3, failed: 1, skipped: 0 });
});
