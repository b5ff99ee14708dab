import { expect, test } from 'vitest';
import { chooseRung, type Held, rungsFor } from './choose-rung.ts';

const rungs = rungsFor(1);
const top = rungs.length - 1;
/** The storage alone holds the backup up. */
const SLOW: Held = { elapsedMs: 2000, sealed: 3, byStorage: 0.9, bySealers: 0, busy: 0.05 };

const choose = (rung: number, held: Partial<Held>, ceiling = top): number =>
  chooseRung({ rung, ceiling, rungs }, { ...SLOW, ...held });

test('levels rise with cost and memory, and all sealers together stay within what is promised', () => {
  expect(rungs.map(({ level }) => level)).toEqual([1, 3, 6, 8, 10, 11, 16]);
  expect(rungs.map(({ cost }) => cost)).toEqual(rungs.map(({ cost }) => cost).toSorted((a, b) => a - b));
  for (const sealers of [1, 2, 3, 4, 8, 16, 64]) {
    const [most] = rungsFor(sealers).slice(-1);
    expect(sealers * (most?.memoryMiB ?? 0), `${sealers} sealers`).toBeLessThanOrEqual(48);
  }
  expect(rungsFor(3).at(-1)?.level).toBe(8);
  expect(rungsFor(1000).map(({ level }) => level)).toEqual([1]);
});

test('a storage that holds the backup up lets the level rise, by two at most', () => {
  expect(choose(0, {})).toBe(2);
  expect(choose(2, { busy: 0.2 })).toBe(4);
});

test('the level rises only where the sealers are expected to have time for it', () => {
  expect(choose(0, { busy: 0.3 })).toBe(1); // 0.3 × 2 at level 3, × 5.5 at level 6
  expect(choose(0, { busy: 0.4 })).toBe(0);
  expect(choose(4, { busy: 0.53 })).toBe(4);
  expect(choose(5, { busy: 0.5 })).toBe(5); // level 16 takes nine times as long
  expect(choose(5, { busy: 0.05 })).toBe(6);
});

test('not above the ceiling, and not above the last level', () => {
  expect(choose(0, {}, 1)).toBe(1);
  expect(choose(3, {}, 3)).toBe(3);
  expect(choose(top, { busy: 0.01 })).toBe(top);
});

test('too little time, or too few segments, is no reason to rise', () => {
  expect(choose(0, { elapsedMs: 999 })).toBe(0);
  expect(choose(0, { sealed: 1 })).toBe(0);
});

test('a storage that waits for sealers lowers the level at once', () => {
  const waits = { bySealers: 0.3, elapsedMs: 50, sealed: 1 };
  expect(choose(4, waits)).toBe(3);
  expect(choose(0, waits)).toBe(0);
  expect(choose(4, { ...waits, sealed: 0 }), 'before a segment was sealed at that level').toBe(4);
});

test('a storage that nothing waits for lowers it as well', () => {
  expect(choose(4, { byStorage: 0.1, busy: 0.2 })).toBe(3);
  expect(choose(4, { byStorage: 0.1, busy: 0.2, elapsedMs: 500 })).toBe(4);
});

test('between the two it stays', () => {
  for (const byStorage of [0.2, 0.35, 0.49]) expect(choose(3, { byStorage, busy: 0.01 })).toBe(3);
});
