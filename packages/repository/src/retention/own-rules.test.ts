import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY, HOUR, labelAt, NOON, sampleCommit } from '../../../testing/src/repository.test-data.ts';
import type { RetentionBackup } from '../backups/retention-backup.ts';
import { periodOf } from './periods.ts';
import { planRetention, type RetentionRequest } from './retention.ts';
import type { RetentionSettings } from './retention-settings.ts';

const { database } = sampleCommit();

function backupAt(startedAt: number, changes: Partial<RetentionBackup> = {}): RetentionBackup {
  const facts = { label: labelAt(startedAt), startedAt, storedAt: startedAt + 60_000, database, storedBytes: 100 };
  return {
    ...facts,
    parent: null,
    imported: false,
    pinned: false,
    pinProven: false,
    bad: false,
    accepted: false,
    ...changes,
  };
}

/** One a day, the newest an hour ago. */
const daily = (days: number, change: (day: number) => Partial<RetentionBackup> = () => ({})) =>
  Array.from({ length: days }, (_, day) => backupAt(NOON - HOUR - day * DAY, change(day)));

function plan(
  backups: readonly RetentionBackup[],
  settings: Partial<RetentionSettings>,
  changes: Partial<RetentionRequest> = {},
) {
  return planRetention({ backups, settings: { keepMinimum: 1, ...settings }, now: NOON, force: true, ...changes });
}

type Plan = ReturnType<typeof plan>;
const deletedOf = ({ decisions }: Plan) =>
  decisions.filter(({ action }) => action === 'delete').map(({ label }) => label);
const reasonsOf = ({ decisions }: Plan) => decisions.map(({ reasons }) => reasons.join('; '));

test('a backup with its own expiry stays until then and goes after it, whatever the rules say', () => {
  const backups = daily(40, (day) => ({ expiresAt: { 3: NOON - 1, 39: NOON + 1 }[day] }));
  const made = plan(backups, { keepDays: 30 });
  expect(reasonsOf(made)[3]).toBe('expired 2026-03-15 11:59 UTC');
  expect(reasonsOf(made)[39]).toBe('until 2026-03-15 12:00 UTC');
  expect(deletedOf(made)).toEqual([3, ...[30, 31, 32, 33, 34, 35, 36, 37, 38]].map((day) => backups[day]?.label));
  expect(deletedOf(plan(backups, {}))).toEqual([backups[3]?.label]);
});

test('it takes no place in a rule', () => {
  const backups = daily(4, (day) => ({ expiresAt: day === 0 ? NOON + DAY : undefined }));
  expect(reasonsOf(plan(backups, { keepLast: 2, keepDaily: 1, keepMinimum: 2 }))).toEqual([
    'until 2026-03-16 12:00 UTC',
    `last 2; daily 2026-03-14`,
    'last 2',
    'kept by no rule',
  ]);
});

test('one that expired stays while it is the newest, pinned, needed by a differential, or part of the minimum', () => {
  const expiresAt = NOON - HOUR / 2;
  expect(
    reasonsOf(
      plan(
        daily(4, () => ({ expiresAt })),
        { keepDays: 30, keepMinimum: 2 },
      ),
    ),
  ).toEqual(['expired, but the newest', 'expired, but minimum 2', ...Array(2).fill('expired 2026-03-15 11:30 UTC')]);
  const [, second = '', third = ''] = daily(3).map(({ label }) => label);
  const mixed = daily(4, (day) => [{}, { parent: third }, { expiresAt }, { expiresAt, pinned: true }][day] ?? {});
  const made = plan(mixed, { keepLast: 2 });
  expect(reasonsOf(made).slice(1)).toEqual(['last 2', 'kept for 1 differential', 'pinned']);
  const badNewest = daily(3, (day) => ({ expiresAt, bad: day === 0 }));
  expect(deletedOf(plan(badNewest, { keepDays: 30 }))).toEqual([third]);
  expect(reasonsOf(plan(badNewest, { keepDays: 30 }))[1]).toBe('expired, but the newest');
  expect(second).not.toBe('');
});

test('a backup and what rekey made of it take one place, and stay or go together', () => {
  const backups = daily(4).flatMap((one) => [one, { ...one, label: `${one.label.slice(0, -1)}x` }]);
  const kept = [backups[0], backups[1], backups[2], backups[3]].map((one) => one?.label);
  for (const settings of [{ keepLast: 2 }, { keepDaily: 2 }, { keepMinimum: 2, keepDays: 1 }, { keepSize: 200 }])
    expect(deletedOf(plan(backups, settings)).filter((label) => kept.includes(label))).toEqual([]);
  expect(deletedOf(plan(backups, { keepLast: 2 }))).toHaveLength(4);
});

test('brakes hold for what expired as for all others', () => {
  const backups = daily(4, () => ({ expiresAt: NOON - HOUR / 2 }));
  const brakes = (changes: Partial<RetentionRequest>) => plan(backups, {}, changes).refusals.map(({ brake }) => brake);
  expect(brakes({ force: false })).toEqual(['too-many']);
  expect(brakes({ crashedRun: 'x' })).toEqual(['crashed-run']);
  expect(brakes({ storageNow: NOON - 2 * HOUR })).toEqual(['clock-ahead']);
});

const expiries = fc.array(
  fc.record({
    ...{ hours: fc.integer({ min: 1, max: 900 }), bad: fc.boolean(), pinned: fc.boolean() },
    ...{ left: fc.option(fc.integer({ min: -20, max: 20 }), { nil: undefined }), bytes: fc.nat(50) },
  }),
  { maxLength: 20 },
);
const rules = fc.record({
  ...{ keepDays: fc.nat(20), keepLast: fc.nat(6), keepDaily: fc.nat(4), keepWeekly: fc.nat(3), keepSize: fc.nat(300) },
  keepMinimum: fc.integer({ min: 1, max: 4 }),
});

/** Without the expiry of the one that is `left out`. */
function ofMany(
  all: readonly { hours: number; left: number | undefined; bytes: number; bad: boolean; pinned: boolean }[],
) {
  return all.map(({ hours, left, bytes, ...facts }, index) =>
    backupAt(NOON - hours * HOUR, {
      ...{ label: `backup_${String(index).padStart(3, '0')}`, storedBytes: bytes, ...facts },
      expiresAt: left === undefined ? undefined : NOON + left * HOUR,
    }),
  );
}

test('an expiry deletes no other backup, and never the newest good one or more than the minimum leaves', () => {
  fc.assert(
    fc.property(expiries, rules, (all, settings) => {
      const backups = ofMany(all);
      const gone = deletedOf(plan(backups, settings));
      for (const { label } of backups.filter(({ expiresAt }) => expiresAt !== undefined)) {
        const without = backups.map((one) => (one.label === label ? { ...one, expiresAt: undefined } : one));
        const others = gone.filter((one) => one !== label);
        expect(deletedOf(plan(without, settings))).toEqual(expect.arrayContaining(others));
      }
      const left = backups.filter(({ label, bad }) => !bad && !gone.includes(label));
      const good = backups.filter(({ bad }) => !bad);
      expect(left.length).toBeGreaterThanOrEqual(Math.min(good.length, settings.keepMinimum));
      const newest = good.toSorted((a, b) => b.startedAt - a.startedAt || (a.label < b.label ? 1 : -1))[0];
      if (newest !== undefined) expect(gone).not.toContain(newest.label);
      expect(
        deletedOf(
          plan(
            backups.filter(({ label }) => !gone.includes(label)),
            settings,
          ),
        ),
      ).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test('verdicts delete nothing more, also with expiries and sizes', () => {
  fc.assert(
    fc.property(expiries, rules, (all, settings) => {
      const said = ofMany(all);
      const unsaid = said.map((one) => ({ ...one, bad: false, pinned: false }));
      expect(deletedOf(plan(unsaid, settings))).toEqual(expect.arrayContaining(deletedOf(plan(said, settings))));
    }),
    { numRuns: 500 },
  );
});

test('keep-size keeps the newest that fit, and the minimum', () => {
  const backups = daily(5, (day) => ({ storedBytes: [100, 100, 900, 1, 1][day] ?? 0 }));
  expect(reasonsOf(plan(backups, { keepSize: 1000 }))).toEqual([
    ...Array(2).fill('within the newest 1000 B'),
    ...Array(3).fill('beyond the newest 1000 B'),
  ]);
  expect(deletedOf(plan(backups, { keepSize: 1100 }))).toHaveLength(2);
  expect(reasonsOf(plan(backups, { keepSize: 50, keepMinimum: 2 })).slice(0, 2)).toEqual(['minimum 2', 'minimum 2']);
  expect(deletedOf(plan(backups, { keepSize: 150, keepDays: 3 }))).toHaveLength(2);
  expect(reasonsOf(plan(backups, { keepSize: 150, keepDays: 3 }))[4]).toBe(
    'older than 3 days, beyond the newest 150 B',
  );
});

test('a differential counts with its full, which counts once', () => {
  const labels = daily(5).map(({ label }) => label);
  const parents = [4, 4, null, 4, null];
  const backups = daily(5, (day) => {
    const parent = parents[day];
    return {
      parent: typeof parent === 'number' ? (labels[parent] ?? null) : null,
      storedBytes: typeof parent === 'number' ? 10 : 100,
    };
  });
  expect(deletedOf(plan(backups, { keepSize: 109 }))).toEqual([labels[1], labels[2], labels[3]]);
  expect(deletedOf(plan(backups, { keepSize: 120 }))).toEqual([labels[2], labels[3]]);
  expect(deletedOf(plan(backups, { keepSize: 220 }))).toEqual([labels[3]]);
  expect(deletedOf(plan(backups, { keepSize: 230 }))).toEqual([]);
  expect(reasonsOf(plan(backups, { keepSize: 120 }))[4]).toBe('kept for 2 differentials');
});

test('days and other periods begin at midnight of the zone, also where a day has 23 or 25 hours', () => {
  const dayOf = (zone: string, ...times: readonly string[]) =>
    times.map((time) => periodOf(Date.parse(time), 'daily', zone));
  expect(
    dayOf('Europe/Berlin', '2026-03-28T22:59Z', '2026-03-28T23:00Z', '2026-03-29T21:59Z', '2026-03-29T22:00Z'),
  ).toEqual([...['2026-03-28', '2026-03-29', '2026-03-29', '2026-03-30']]);
  expect(
    dayOf('Europe/Berlin', '2026-10-24T21:59Z', '2026-10-24T22:00Z', '2026-10-25T22:59Z', '2026-10-25T23:00Z'),
  ).toEqual([...['2026-10-24', '2026-10-25', '2026-10-25', '2026-10-26']]);
  const newYear = Date.parse('2026-12-31T23:30:00Z');
  expect(['weekly', 'monthly', 'yearly'].map((kind) => periodOf(newYear, kind as 'weekly', 'Europe/Berlin'))).toEqual([
    ...['2026-W53', '2027-01', '2027'],
  ]);
  const backups = [21, 22].map((hour) => backupAt(Date.parse(`2026-03-14T${hour + 1}:30:00Z`)));
  expect(deletedOf(plan(backups, { keepDaily: 2 }))).toHaveLength(1);
  expect(reasonsOf(plan(backups, { keepDaily: 2, timeZone: 'Europe/Berlin' }))).toEqual([
    ...['daily 2026-03-15', 'daily 2026-03-14'],
  ]);
});

test('ten thousand backups in a zone are planned in a moment', () => {
  const many = Array.from({ length: 10_000 }, (_, hour) => backupAt(NOON - (hour + 1) * HOUR));
  const begun = process.threadCpuUsage();
  plan(many, { keepDays: 30, keepDaily: 60, keepMonthly: 12, keepSize: 1e5, timeZone: 'America/New_York' });
  const { user, system } = process.threadCpuUsage(begun);
  expect((user + system) / 1000).toBeLessThan(1000); // of the processor, whatever else runs
});
