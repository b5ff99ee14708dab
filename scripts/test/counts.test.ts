import { expect, test } from 'vitest';
import { countTests } from './counts.ts';

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((one) => ({ status: one })),
});

test('tests are counted over all files', () => {
  const testResults = [file('passed', 'passed', 'pending', 'todo'), file('failed', 'failed', 'passed', 'passed')];
  expect(countTests({ testResults })).toEqual({ passed: 3, failed: 1, skipped: 2 });
});

test('a file that could not be loaded, or whose hook threw, is a failure', () => {
  const testResults = [file('failed'), file('failed', 'skipped', 'passed')];
  expect(countTests({ testResults })).toEqual({ passed: 1, failed: 2, skipped: 1 });
});

test('an empty report counts nothing', () => {
  expect(countTests({ testResults: [] })).toEqual({ passed: 0, failed: 0, skipped: 0 });
});
