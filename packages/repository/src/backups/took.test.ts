import { expect, test } from 'vitest';
import { tookMs } from './took.ts';

test('an imported backup took no time: its date is that of a file', () => {
  const times = { startedAt: '2024-03-15T12:00:00.000Z', finishedAt: '2026-03-15T12:00:00.000Z' };
  expect(tookMs({ ...times, imported: true })).toBe(0);
  expect(tookMs(times)).toBe(730 * 86_400_000);
  expect(tookMs({ startedAt: times.finishedAt, finishedAt: times.startedAt })).toBe(0);
});
