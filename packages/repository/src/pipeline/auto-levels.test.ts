import { expect, test } from 'vitest';
import { createLevels, fixedLevel, type Levels } from './levels.ts';

/** A backup on a clock of its own: as many segments as there is room for are sealed, then stored by a link that they share. */
interface Machine {
  readonly sealers: number;
  /** Time to seal a segment, and bytes of what comes out. */
  readonly sealMs: (level: number) => number;
  readonly sizeBytes: (level: number) => number;
  /** Bytes for each millisecond. */
  readonly linkAt: (ms: number) => number;
  /** When the source gives segment `n`. */
  readonly arrivesAt?: (n: number) => number;
}

/** As measured for COPY text: docs/decisions/compression.md. */
const SEAL_MS: Readonly<Record<number, number>> = { 1: 40, 3: 80, 6: 210, 8: 300, 10: 470, 11: 680, 16: 6000 };
const SIZE: Readonly<Record<number, number>> = { 1: 2205, 3: 2171, 6: 2054, 8: 1955, 10: 1886, 11: 1833, 16: 1605 };
const MACHINE: Machine = {
  sealers: 1,
  sealMs: (level) => SEAL_MS[level] ?? 0,
  sizeBytes: (level) => SIZE[level] ?? 0,
  linkAt: () => 2.5,
};
const STEP_MS = 5;
const UPLOADS = 3;

function run(segments: number, machine: Machine, of: 'auto' | Levels = 'auto') {
  let now = 0;
  const clock = { elapsed: () => now };
  const levels = of === 'auto' ? createLevels('auto', { sealers: machine.sealers, clock }) : of;
  const counts = { waiting: 0, sealing: 0, storing: 0 };
  const see = (state: keyof typeof counts, by: number): void => {
    counts[state] += by;
    levels.see({ ...counts });
  };
  const sealing: { leftMs: number; level: number }[] = [];
  const storing: { left: number }[] = [];
  const chosen: { at: number; level: number }[] = [];
  const step = (): void => {
    const free = machine.sealers + UPLOADS - sealing.length - storing.length;
    for (let place = 0; place < free && counts.waiting > 0; place += 1) {
      see('waiting', -1);
      see('sealing', 1);
      const level = levels.next();
      chosen.push({ at: now, level });
      sealing.push({ leftMs: machine.sealMs(level), level });
    }
    for (const one of sealing.slice(0, machine.sealers)) one.leftMs -= STEP_MS;
    for (const one of sealing.filter(({ leftMs }) => leftMs <= 0)) {
      sealing.splice(sealing.indexOf(one), 1);
      see('sealing', -1);
      see('storing', 1);
      storing.push({ left: machine.sizeBytes(one.level) });
    }
    const share = (machine.linkAt(now) * STEP_MS) / Math.max(1, storing.length);
    for (const one of storing) one.left -= share;
    for (const one of storing.filter(({ left }) => left <= 0)) {
      storing.splice(storing.indexOf(one), 1);
      see('storing', -1);
    }
  };
  let arrived = 0;
  let done = 0;
  while (done < segments) {
    const room = machine.sealers + 4; // buffers
    while (arrived < segments && counts.waiting < room && (machine.arrivesAt?.(arrived) ?? 0) <= now) {
      arrived += 1;
      see('waiting', 1);
    }
    step();
    now += STEP_MS;
    done = arrived - counts.waiting - sealing.length - storing.length;
  }
  return { ms: now, chosen, levels: chosen.map(({ level }) => level), used: levels.used() };
}

test('a slow link: the level rises until the sealers have enough to do, and the backup ends sooner', () => {
  const made = run(60, MACHINE);
  expect(made.levels.slice(-20)).toEqual(Array(20).fill(10));
  expect(made.ms / run(60, MACHINE, fixedLevel(1)).ms).toBeLessThan(0.9);
  expect(made.used.reduce((sum, { segments }) => sum + segments, 0)).toBe(60);
});

test('a slower link gives time for the highest level, a faster one for less', () => {
  expect(run(120, { ...MACHINE, linkAt: () => 0.2 }).levels.at(-1)).toBe(16);
  expect(run(200, { ...MACHINE, linkAt: () => 12.5 }).levels.at(-1)).toBe(3);
});

test('a fast storage keeps level 1, and so does a slow source', () => {
  expect(new Set(run(200, { ...MACHINE, linkAt: () => 300 }).levels)).toEqual(new Set([1]));
  expect(new Set(run(50, { ...MACHINE, linkAt: () => 20, arrivesAt: (n) => n * 500 }).levels)).toEqual(new Set([1]));
});

test('several sealers share the memory: their levels are lower', () => {
  const used = new Set(run(100, { ...MACHINE, sealers: 4 }).levels);
  expect(Math.max(...used)).toBe(8);
});

test('a link that becomes fast lowers the level step by step with each segment', () => {
  const fastFrom = 30_000;
  const { chosen } = run(400, { ...MACHINE, linkAt: (ms) => (ms < fastFrom ? 2.5 : 300) });
  const later = chosen.filter(({ at }) => at >= fastFrom + 1000);
  expect(chosen.findLast(({ at }) => at < fastFrom)?.level).toBe(10);
  expect(later.find(({ level }) => level === 1)?.at).toBeLessThan(fastFrom + 5000);
  expect(later.filter(({ level }) => level > 1).length / later.length).toBeLessThan(0.1);
});

test('a level that proves too high is left, and not tried again with every segment', () => {
  const dear = { ...MACHINE, sealMs: (level: number) => (level > 6 ? 4000 : MACHINE.sealMs(level)) };
  const { levels } = run(100, dear);
  const changes = levels.filter((level, at) => at > 0 && level !== levels[at - 1]).length;
  expect(changes).toBeLessThan(20);
  expect(levels.filter((level) => level > 6).length).toBeLessThan(15);
});

test('a pause of the storage does not lead to a level that nobody could pay', () => {
  const paused = { ...MACHINE, linkAt: (ms: number) => (ms > 5000 && ms < 65_000 ? 0 : 100) };
  const { levels } = run(400, paused);
  expect(Math.max(...levels)).toBeLessThanOrEqual(6);
});
