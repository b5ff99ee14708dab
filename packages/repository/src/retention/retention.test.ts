import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY, HOUR, labelAt, NOON, sampleCommit } from '../../../testing/src/repository.test-data.ts';
import type { RetentionBackup } from '../backups/retention-backup.ts';
import { periodOf } from './periods.ts';
import { planRetention, type RetentionRequest } from './retention.ts';
import type { RetentionSettings } from './retention-settings.ts';

const { database } = sampleCommit();

function backupAt(startedAt: number, changes: Partial<RetentionBackup> = {}): RetentionBackup {
  const facts = { label: labelAt(startedAt), startedAt, storedAt: startedAt + 60_000, database };
  const pinProven = changes.pinned === true;
  const size = { storedBytes: 100, expiresAt: undefined };
  return {
    ...facts,
    ...size,
    parent: null,
    imported: false,
    pinned: false,
    pinProven,
    bad: false,
    accepted: false,
    ...changes,
  };
}

/** One backup a day, the newest an hour ago. */
function daily(days: number): RetentionBackup[] {
  return Array.from({ length: days }, (_, day) => backupAt(NOON - HOUR - day * DAY));
}

function plan(
  backups: readonly RetentionBackup[],
  settings: Partial<RetentionSettings>,
  changes: Partial<RetentionRequest> = {},
) {
  return planRetention({ backups, settings: { keepMinimum: 3, ...settings }, now: NOON, force: true, ...changes });
}

function deleted(made: ReturnType<typeof plan>): string[] {
  return made.decisions.filter(({ action }) => action === 'delete').map(({ label }) => label);
}

const reasonsOf = (made: ReturnType<typeof plan>) => made.decisions.map(({ reasons }) => reasons.join(', '));

test('keep-days keeps what is younger and deletes the rest', () => {
  const made = plan(daily(32), { keepDays: 30 });
  expect(deleted(made)).toEqual(
    daily(32)
      .slice(30)
      .map(({ label }) => label),
  );
  expect(reasonsOf(made)[29]).toBe('younger than 30 days');
  expect(reasonsOf(made)[30]).toBe('older than 30 days');
  expect(made.refusals).toEqual([]);
});

test('each rule tells its own reason', () => {
  const made = plan(daily(500), {
    keepLast: 1,
    keepDaily: 2,
    keepWeekly: 2,
    keepMonthly: 2,
    keepYearly: 2,
    keepMinimum: 4,
  });
  const kept = made.decisions.filter(({ action }) => action === 'keep');
  expect(kept.map(({ label, reasons }) => `${label.slice(7, 15)} ${reasons.join(', ')}`)).toEqual([
    '20260315 last 1, daily 2026-03-15, weekly 2026-W11, monthly 2026-03, yearly 2026',
    '20260314 daily 2026-03-14',
    '20260313 minimum 4',
    '20260312 minimum 4',
    '20260308 weekly 2026-W10',
    '20260228 monthly 2026-02',
    '20251231 yearly 2025',
  ]);
});

test('weeks are those of ISO 8601 also at the turn of a year', () => {
  const weeks = ['2024-12-29', '2024-12-30', '2025-01-05', '2026-12-31', '2027-01-03', '2027-01-04'].map((day) =>
    periodOf(Date.parse(`${day}T23:59:59Z`), 'weekly', 'UTC'),
  );
  expect(weeks).toEqual(['2024-W52', '2025-W01', '2025-W01', '2026-W53', '2026-W53', '2027-W01']);
});

test('a pinned backup stays and takes no place of the minimum', () => {
  const old = backupAt(NOON - 400 * DAY, { pinned: true });
  const made = plan(
    [...daily(1), backupAt(NOON - 100 * DAY), backupAt(NOON - 101 * DAY), backupAt(NOON - 102 * DAY), old],
    { keepDays: 30 },
  );
  expect(deleted(made)).toEqual([labelAt(NOON - 102 * DAY)]);
  expect(reasonsOf(made).at(-1)).toBe('pinned');
});

test('backups dated in the future stay and push out none', () => {
  const future = Array.from({ length: 5 }, (_, day) => backupAt(NOON + (day + 1) * DAY));
  const lying = backupAt(NOON - HOUR, { storedAt: NOON - 200 * DAY, label: 'backup_20260315_110000_ffffff' });
  const made = plan([...future, lying, ...daily(1), ...daily(104).slice(100)], { keepDays: 30, keepLast: 2 });
  expect(deleted(made)).toHaveLength(2);
  expect(made.decisions.filter(({ reasons }) => reasons.includes('dated in the future'))).toHaveLength(6);
});

test('a backup that failed its verification pushes out no good one', () => {
  const bad = daily(3).map((backup) => ({ ...backup, bad: true }));
  const good = [40, 50, 60, 70].map((days) => backupAt(NOON - days * DAY));
  const made = plan([...bad, ...good], { keepDays: 30 });
  expect(deleted(made)).toEqual([labelAt(NOON - 70 * DAY)]);
  expect(made.refusals.map(({ brake }) => brake)).toEqual(['stale']);
});

/** What a run of prune deletes: nothing where a brake refuses. */
const gone = (request: RetentionRequest) => {
  const made = planRetention(request);
  return made.refusals.length > 0 ? [] : deleted(made);
};

test('no set of verdicts, and no false pin, deletes what would be kept without', () => {
  const settings = fc.record({
    ...{ keepDays: fc.nat(20), keepLast: fc.nat(6), keepDaily: fc.nat(4), keepWeekly: fc.nat(3) },
    keepMinimum: fc.integer({ min: 1, max: 4 }),
  });
  const words = fc.array(
    fc.record({ hours: fc.integer({ min: -50, max: 900 }), bad: fc.boolean(), pinned: fc.boolean() }),
    {
      maxLength: 30,
    },
  );
  fc.assert(
    fc.property(settings, words, fc.boolean(), (rules, said, force) => {
      const at = (one: (typeof said)[number], index: number) =>
        backupAt(NOON - one.hours * HOUR, { label: `backup_${index}`, storedAt: NOON });
      const request = { settings: rules, now: NOON, force };
      const without = gone({ ...request, backups: said.map(at) });
      const backups = said.map((one, index) => ({
        ...at(one, index),
        bad: one.bad,
        pinned: one.pinned,
        pinProven: false,
      }));
      expect(without).toEqual(expect.arrayContaining(gone({ ...request, backups })));
    }),
    { numRuns: 2000 },
  );
});

test('verdicts that are false delete none of the newest backups', () => {
  const backups = [0, 1, 2, 3, 4, 5, 6, 7].map((day) => backupAt(NOON - HOUR - day * DAY, { bad: day < 4 }));
  expect(deleted(plan(backups, { keepLast: 7 }))).toEqual([]);
  expect(reasonsOf(plan(backups, { keepLast: 7 })).every((reason) => reason === 'last 7')).toBe(true);
});

test('without any rule nothing is deleted', () => {
  expect(deleted(plan(daily(50), {}))).toEqual([]);
  expect(deleted(plan(daily(50), { keepDays: 0, keepLast: 0 }))).toEqual([]);
});

test('settings that are no whole numbers, or a minimum of 0, are refused', () => {
  for (const settings of [{ keepMinimum: 0 }, { keepDays: -1 }, { keepDays: Number.NaN }, { keepLast: 1.5 }]) {
    expect(() => plan(daily(5), settings)).toThrow(expect.objectContaining({ code: 'configuration-invalid' }));
  }
});

test('after 30 silent days nothing is deleted', () => {
  const old = daily(20).map(({ startedAt }) => backupAt(startedAt - 31 * DAY));
  const made = plan(old, { keepDays: 30 });
  expect(deleted(made)).toHaveLength(17);
  expect(made.refusals).toMatchObject([{ brake: 'stale', text: expect.stringContaining('31 days old') }]);
});

test('after a run that crashed nothing is deleted', () => {
  expect(plan(daily(40), { keepDays: 30 }, { crashedRun: 'backup_x' }).refusals).toMatchObject([
    { brake: 'crashed-run' },
  ]);
});

test('more than half at once needs force', () => {
  expect(plan(daily(10), { keepLast: 5 }, { force: false }).refusals).toEqual([]);
  expect(plan(daily(11), { keepLast: 5 }, { force: false }).refusals).toMatchObject(
    [{ brake: 'too-many', text: /^6 of 11/ }].map((brake) => ({ ...brake, text: expect.stringMatching(brake.text) })),
  );
  expect(plan(daily(11), { keepLast: 5 }).refusals).toEqual([]);
});

test('brakes say nothing where nothing would be deleted', () => {
  expect(
    plan(
      daily(3).map(({ startedAt }) => backupAt(startedAt - 90 * DAY)),
      { keepDays: 30 },
      { crashedRun: 'x' },
    ).refusals,
  ).toEqual([]);
});

test.each([
  ['the system identifier', { ...database, systemIdentifier: '1' }, true],
  ['the host', { ...database, host: 'other' }, true],
  ['the database', { ...database, name: 'other' }, true],
  ['only an identifier that may not be read', { ...database, systemIdentifier: null }, false],
  ['only the oid, as after a restore', { ...database, oid: '99999' }, false],
])('when %s changed nothing is deleted until it is accepted', (_, changed, refuses) => {
  const backups = daily(40).map((backup, index) => (index < 5 ? { ...backup, database: changed } : backup));
  const brakes = (some: readonly RetentionBackup[]) => plan(some, { keepDays: 30 }).refusals.map(({ brake }) => brake);
  expect(brakes(backups)).toEqual(refuses ? ['other-server'] : []);
  const accept = (at: number) =>
    backups.map((backup, index) => (index === at ? { ...backup, accepted: true } : backup));
  expect(brakes(accept(4))).toEqual([]);
  expect(brakes(accept(2))).toEqual([]);
  expect(brakes(accept(5))).toEqual(refuses ? ['other-server'] : []);
});

test('an imported backup is of no server: it changes none, and hides no change', () => {
  const other = { ...database, systemIdentifier: null, host: 'imported' };
  const backups = daily(40).map((backup, index) =>
    index % 3 === 1 ? { ...backup, database: other, imported: true } : backup,
  );
  const brakes = (some: readonly RetentionBackup[]) => plan(some, { keepDays: 30 }).refusals.map(({ brake }) => brake);
  expect(brakes(backups)).toEqual([]);
  const moved = { ...database, systemIdentifier: '1' };
  const after = backups.map((backup, index) => (index === 0 ? { ...backup, database: moved } : backup));
  expect(brakes(after)).toEqual(['other-server']);
});

test('ten thousand backups are planned in a moment', () => {
  const many = Array.from({ length: 10_000 }, (_, hour) => backupAt(NOON - (hour + 1) * HOUR));
  const begun = process.threadCpuUsage();
  expect(plan(many, { keepDays: 30, keepDaily: 60, keepMonthly: 12 }).decisions).toHaveLength(10_000);
  const { user, system } = process.threadCpuUsage(begun);
  expect((user + system) / 1000).toBeLessThan(1000); // of the processor, whatever else runs
});

/** The rules in other words: for each backup, whether anything speaks for it. */
function oracle(backups: readonly RetentionBackup[], settings: RetentionSettings): Set<string> {
  const real = backups.filter(({ startedAt, storedAt }) => startedAt <= NOON + HOUR && startedAt <= storedAt + HOUR);
  const good = real.filter(({ bad }) => !bad);
  const newer = (than: RetentionBackup, counted: readonly RetentionBackup[]) =>
    counted.filter(
      (other) => other.startedAt > than.startedAt || (other.startedAt === than.startedAt && other.label > than.label),
    );
  const limits = {
    daily: settings.keepDaily,
    weekly: settings.keepWeekly,
    monthly: settings.keepMonthly,
    yearly: settings.keepYearly,
  };
  const kinds = Object.keys(limits) as (keyof typeof limits)[];
  const { keepMinimum, ...rules } = settings;
  const isKept = (backup: RetentionBackup): boolean => {
    if (backup.pinned || !real.includes(backup)) return true;
    if (Object.values(rules).every((rule) => rule === undefined || rule === 0)) return true;
    if ((settings.keepDays ?? 0) > 0 && backup.startedAt > NOON - (settings.keepDays ?? 0) * DAY) return true;
    return speaksFor(backup, real) || (!backup.bad && speaksFor(backup, good));
  };
  const speaksFor = (backup: RetentionBackup, counted: readonly RetentionBackup[]): boolean => {
    if (newer(backup, counted).length < Math.max(settings.keepLast ?? 0, keepMinimum)) return true;
    return kinds.some((kind) => {
      const periods = new Set(newer(backup, counted).map(({ startedAt }) => periodOf(startedAt, kind, 'UTC')));
      return !periods.has(periodOf(backup.startedAt, kind, 'UTC')) && periods.size < (limits[kind] ?? 0);
    });
  };
  return new Set(backups.filter(isKept).map(({ label }) => label));
}

const count = fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined });
const anyBackups = fc
  .uniqueArray(
    fc.record({
      hours: fc.integer({ min: -100, max: 24 * 800 }),
      late: fc.constantFrom(0, 0, 0, -5 * HOUR),
      pinned: fc.boolean(),
      bad: fc.boolean(),
    }),
    { selector: ({ hours }) => hours, maxLength: 40 },
  )
  .map((all) =>
    all.map(({ hours, late, ...facts }) =>
      backupAt(NOON - hours * HOUR, { storedAt: NOON - hours * HOUR + late, ...facts }),
    ),
  );
const anySettings = fc.record({
  keepDays: count,
  keepLast: count,
  keepDaily: count,
  keepWeekly: count,
  keepMonthly: count,
  keepYearly: count,
  keepMinimum: fc.integer({ min: 1, max: 6 }),
});

test('the plan is that of the rules taken one by one, in any order of the backups', () => {
  fc.assert(
    fc.property(anyBackups, anySettings, fc.boolean(), (backups, settings, reverse) => {
      const made = plan(reverse ? backups.toReversed() : backups, settings);
      const kept = made.decisions.filter(({ action }) => action === 'keep').map(({ label }) => label);
      expect(new Set(kept)).toEqual(oracle(backups, settings));
      expect(made.decisions).toHaveLength(backups.length);
      expect(made.decisions.every(({ reasons }) => reasons.length > 0)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('what is kept today is no less tomorrow than the minimum, and deleting twice deletes no more', () => {
  fc.assert(
    fc.property(anyBackups, anySettings, (backups, settings) => {
      const gone = new Set(deleted(plan(backups, settings)));
      const left = backups.filter(({ label }) => !gone.has(label));
      expect(deleted(plan(left, settings))).toEqual([]);
      const good = (some: readonly RetentionBackup[]) => some.filter(({ bad }) => !bad).length;
      expect(good(left)).toBeGreaterThanOrEqual(Math.min(good(backups), settings.keepMinimum));
    }),
    { numRuns: 200 },
  );
});

const sets = fc.array(
  fc.record({
    hours: fc.integer({ min: 1, max: 90 * 24 }),
    isFull: fc.boolean(),
    pinned: fc.boolean(),
    bad: fc.boolean(),
  }),
  { minLength: 1, maxLength: 25 },
);

test('with sets, the rules keep what they keep without them, and besides only the fulls of what is kept', () => {
  fc.assert(
    fc.property(sets, fc.nat(8), fc.nat(40), fc.nat(4), (all, keepLast, keepDays, keepWeekly) => {
      let full: string | null = null;
      const backups = all
        .toSorted((a, b) => b.hours - a.hours)
        .map(({ hours, isFull, pinned, bad }, index): RetentionBackup => {
          const label = labelAt(NOON - hours * HOUR, String(index).padStart(6, '0'));
          const parent: string | null = isFull ? null : full;
          if (parent === null) full = label;
          return backupAt(NOON - hours * HOUR, { label, parent, pinned, bad });
        });
      const settings = { keepLast, keepDays, keepWeekly };
      const alone = deleted(
        plan(
          backups.map((backup) => ({ ...backup, parent: null })),
          settings,
        ),
      );
      const kept = backups.filter(({ label }) => !alone.includes(label));
      const needed = new Set(kept.map(({ parent }) => parent));
      expect(deleted(plan(backups, settings))).toEqual(alone.filter((label) => !needed.has(label)));
    }),
  );
});
