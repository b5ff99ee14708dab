import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anomaliesOf, type Measured } from './anomalies.ts';
import { median } from './median.ts';

const DAY_MS = 86_400_000;
const NOW = Date.parse('2026-03-15T12:00:00Z');
const LIMITS = { shrink: 0.5, slower: 3, unchanged: 7 };
const USUAL = { rawBytes: 4e9, storedBytes: 1e9, rows: 1e6, tables: 40, segments: 1 };

interface Made {
  readonly totals?: Partial<typeof USUAL>;
  readonly minutes?: number;
  readonly bad?: boolean;
  readonly type?: 'full' | 'differential';
}

/** One backup a day, the last one an hour ago; each has a few rows more than the one before it. */
function made(...all: readonly Made[]): readonly Measured[] {
  return all.map(({ totals = {}, minutes = 10, bad = false, type = 'full' }, index) => {
    const startedAt = NOW - 3_600_000 - (all.length - 1 - index) * DAY_MS;
    const finishedAt = new Date(startedAt + minutes * 60_000).toISOString();
    const grown = { ...USUAL, rows: USUAL.rows + index, ...totals };
    return {
      startedAt,
      storedAt: startedAt,
      bad,
      imported: false,
      commit: { label: `b${index}`, type, startedAt: new Date(startedAt).toISOString(), finishedAt, totals: grown },
    };
  });
}

const usual = (count: number): readonly Made[] => Array.from({ length: count }, () => ({}));
const kinds = (backups: readonly Measured[], limits = LIMITS) =>
  anomaliesOf(backups, { now: NOW, limits }).map(({ kind }) => kind);

test.each<[string, Made, readonly string[]]>([
  ['half of the bytes gone', { totals: { rawBytes: 1.9e9, storedBytes: 4.8e8 } }, ['smaller']],
  ['half of the rows gone', { totals: { rows: 4e5 } }, ['fewer-rows']],
  ['half of the tables gone', { totals: { tables: 19 } }, ['fewer-tables']],
  [
    'all gone',
    { totals: { rawBytes: 0, storedBytes: 100, rows: 0, tables: 0 } },
    ['smaller', 'fewer-rows', 'fewer-tables'],
  ],
  ['three times the duration', { minutes: 31 }, ['slower']],
  ['data that no longer compresses', { totals: { storedBytes: 4e9 } }, ['ratio']],
  ['a bit less of all', { totals: { rawBytes: 2.1e9, storedBytes: 5e8, rows: 6e5, tables: 21 }, minutes: 29 }, []],
])('%s', (_, newest, expected) => {
  expect(kinds(made(...usual(7), newest))).toEqual(expected);
});

test('the same figures seven times in a row', () => {
  const same = { totals: { rows: 5 } };
  expect(kinds(made(...usual(3), ...Array.from({ length: 7 }, () => same)), { ...LIMITS, shrink: 0 })).toEqual([
    'unchanged',
  ]);
  expect(kinds(made(...usual(3), ...Array.from({ length: 6 }, () => same)), { ...LIMITS, shrink: 0 })).toEqual([]);
});

test('a differential stores little in little time, and a full after differentials much', () => {
  const little: Made = { type: 'differential', totals: { storedBytes: 1e6 }, minutes: 2 };
  const week: readonly Made[] = [{}, ...Array.from({ length: 6 }, () => little)];
  expect(kinds(made(...usual(4), little))).toEqual([]);
  expect(kinds(made(...week, ...week, ...week, ...week, {}))).toEqual([]);
  expect(kinds(made(...week, ...week, ...week, ...week, { minutes: 31 }))).toEqual(['slower']);
  expect(kinds(made(...week, ...week, { ...little, minutes: 7 }))).toEqual(['slower']);
});

test('the text has both figures', () => {
  const [anomaly] = anomaliesOf(made(...usual(7), { totals: { rows: 4e5 } }), { now: NOW, limits: LIMITS });
  expect(anomaly?.text).toBe('only 400,000 rows, usually 1,000,003');
  const [even] = anomaliesOf(made(...usual(6), { totals: { rows: 1 } }), { now: NOW, limits: LIMITS });
  expect(even?.text).toBe('only 1 row, usually 1,000,003');
});

test('a bad backup is not what is usual, nor what is judged', () => {
  const empty = { totals: { rawBytes: 0, storedBytes: 0, rows: 0 }, bad: true };
  expect(kinds(made(...usual(4), empty, empty, empty, empty, {}))).toEqual([]);
  expect(kinds(made(...usual(7), empty))).toEqual([]);
});

test('nothing is unusual about a new name, a small database or a switched off limit', () => {
  expect(kinds(made(...usual(2), { totals: { rows: 0, rawBytes: 0 } }))).toEqual([]);
  const small = { totals: { rawBytes: 9000, storedBytes: 3000, rows: 9, tables: 1 }, minutes: 0.1 };
  expect(
    kinds(
      made(...Array.from({ length: 7 }, () => small), {
        totals: { ...small.totals, rawBytes: 8, rows: 1 },
        minutes: 0.5,
      }),
    ),
  ).toEqual([]);
  const off = { shrink: 0, slower: 0, unchanged: 0 };
  expect(kinds(made(...usual(7), { totals: { rows: 0, rawBytes: 3.9e9 }, minutes: 900 }), off)).toEqual([]);
});

const MADE = fc.record({
  totals: fc.record({ rawBytes: fc.nat(5e9), storedBytes: fc.nat(5e9), rows: fc.nat(2e6), tables: fc.nat(50) }),
  minutes: fc.nat(600),
  bad: fc.boolean(),
});

test('of any history only the last good backups count, and the newest decides', () => {
  fc.assert(
    fc.property(fc.array(MADE, { maxLength: 20 }), fc.array(MADE, { minLength: 8, maxLength: 8 }), (older, last) => {
      const good = last.map((one) => ({ ...one, bad: false }));
      const limits = { ...LIMITS, unchanged: 8 };
      const of = (all: readonly Made[]) => anomaliesOf(made(...all), { now: NOW, limits });
      expect(of([...older, ...good])).toEqual(of(good));
    }),
  );
});

test('a backup that is as large, full and quick as each one before it is never smaller or slower', () => {
  fc.assert(
    fc.property(fc.array(MADE, { minLength: 4, maxLength: 12 }), (all) => {
      const most = (of: (one: (typeof all)[number]) => number) => Math.max(...all.map(of));
      const totals = {
        ...{ rawBytes: most((one) => one.totals.rawBytes), rows: most((one) => one.totals.rows) },
        ...{ tables: most((one) => one.totals.tables), storedBytes: most((one) => one.totals.storedBytes) },
      };
      const found = kinds(made(...all, { totals, minutes: 0 }));
      expect(found.filter((kind) => kind !== 'ratio' && kind !== 'unchanged')).toEqual([]);
    }),
  );
});

test('the median is between the others and knows no order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1e6), { minLength: 1 }), (values) => {
      const middle = median(values);
      expect(middle).toBe(median(values.toReversed()));
      expect(values.filter((value) => value <= middle).length * 2).toBeGreaterThanOrEqual(values.length);
      expect(values.filter((value) => value >= middle).length * 2).toBeGreaterThanOrEqual(values.length);
    }),
  );
  expect(median([])).toBeNaN();
});
