import { expect, test } from 'vitest';
import { keptUntil } from './retention-rules.ts';

const DAY_MS = 86_400_000;

test('only where its age alone keeps a backup, its last day is known', () => {
  const until = (reasons: readonly string[], keepDays?: number) =>
    keptUntil({ startedAt: 0, reasons }, { keepDays, keepMinimum: 3 });
  expect(until(['younger than 30 days'], 30)).toBe(30 * DAY_MS);
  expect(until(['younger than 1 day'], 1)).toBe(DAY_MS);
  expect(until(['younger than 30 days', 'pinned'], 30)).toBeUndefined();
  expect(until(['minimum 3'], 30)).toBeUndefined();
  expect(until(['no rule deletes'])).toBeUndefined();
});
