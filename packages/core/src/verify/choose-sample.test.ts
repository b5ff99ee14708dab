import { expect, test } from 'vitest';
import { chooseSample } from './choose-sample.ts';

const DAY = 86_400_000;
const START = Date.parse('2026-03-15T23:59:59Z');

/** Days on which each of these segments is read. */
function readOn(share: number, { ofSegments, everyDays, runs }: Record<'ofSegments' | 'everyDays' | 'runs', number>) {
  const read = new Map<number, number>();
  for (let run = 0; run < runs; run += 1) {
    const now = START + run * everyDays * DAY;
    const { has, segments } = chooseSample({ label: 'backup_20260315_021500_3f9a2c', share, now, ofSegments });
    const numbers = Array.from({ length: ofSegments }, (_, number) => number).filter(has);
    expect(numbers).toHaveLength(segments);
    for (const number of numbers) read.set(number, (read.get(number) ?? 0) + 1);
  }
  return read;
}

test.each([
  [0.05, 240, 20],
  [0.05, 7, 20],
  [0.1, 1000, 10],
  [0.3, 10, 3],
  [1, 5, 1],
  [0.0001, 30, 30],
  [0.05, 1, 1],
])('a share of %d of %d segments reads all in %d days in a row, and as many weeks', (share, ofSegments, runs) => {
  for (const everyDays of [1, 7]) expect(readOn(share, { ofSegments, everyDays, runs }).size).toBe(ofSegments);
});

test('of 240 segments 5 % are 12, each once in 20 days', () => {
  const read = readOn(0.05, { ofSegments: 240, everyDays: 1, runs: 20 });
  expect(new Set(read.values())).toEqual(new Set([1]));
});

test('a run on the same day reads the same, other backups begin with other parts', () => {
  const part = (label: string, now: number) => chooseSample({ label, share: 0.05, now, ofSegments: 240 }).part;
  const morning = Date.parse('2026-03-15T00:00:00Z');
  expect(part('a', morning)).toBe(part('a', START));
  expect(part('a', START + 1000)).toBe((part('a', START) % 20) + 1);
  expect(new Set(['a', 'b', 'c', 'd', 'e', 'f'].map((label) => part(label, START))).size).toBeGreaterThan(2);
});

test('a backup without segments has an empty part', () => {
  expect(chooseSample({ label: 'a', share: 0.05, now: START, ofSegments: 0 })).toMatchObject({ segments: 0, parts: 1 });
});
