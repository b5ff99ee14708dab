import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  parseTableHistory,
  type RecordedBackup,
  type TableHistory,
  tableHistoryText,
  withRecorded,
  withTables,
} from './table-history.ts';

const LIMITS = { shrink: 0.5, slower: 3, unchanged: 7 };
const HASH = 'ab'.repeat(32);
const OTHER = 'cd'.repeat(32);

/** The backup of a day with these rows by table. */
function made(day: number, rows: Readonly<Record<string, number>>, hash = HASH): RecordedBackup {
  const tables = Object.entries(rows).map(([table, count]) => ({
    ...{ schema: 'public', table, rows: count, bytes: count * 10, hash },
  }));
  return { label: `b${day}`, startedAt: new Date(Date.UTC(2026, 0, day)).toISOString(), tables };
}

function recorded(...backups: readonly RecordedBackup[]): TableHistory {
  return backups.reduce<TableHistory>(
    (history, newest) => withRecorded(history, { name: 'app', newest, limits: LIMITS }),
    [],
  );
}

function found(newest: RecordedBackup, before: readonly RecordedBackup[], bad: readonly string[] = []) {
  const history = parseTableHistory(tableHistoryText(recorded(...before)));
  const isGood = (label: string) => !bad.includes(label);
  return withTables([], newest, { name: 'app', history, limits: LIMITS, isGood }).map(({ text }) => text);
}

const USUAL = [1, 2, 3, 4, 5, 6, 7].map((day) => made(day, { orders: 10_000 + day, users: 5000, few: 9 }));

test('a table that is gone, empty or half as large as in the last seven backups is named', () => {
  expect(found(made(8, { orders: 4000, users: 0 }), USUAL)).toEqual([
    "the table 'public.orders' has 4,000 rows, usually 10,004 rows",
    "the table 'public.users' is empty, usually 5,000 rows",
  ]);
  expect(found(made(8, { orders: 11_000 }), USUAL)).toEqual(["the table 'public.users' is gone, usually 5,000 rows"]);
  expect(found(made(8, { orders: 6000, users: 5000, new: 1e6 }), USUAL)).toEqual([]);
});

test('one odd backup does not change what is usual, and one known to be bad does not count', () => {
  const odd = [...USUAL, made(8, { orders: 3, users: 5000, few: 9 })];
  expect(found(made(9, { orders: 10_009, users: 5000, few: 9 }), odd)).toEqual([]);
  const bad = [...USUAL.slice(0, 2), made(8, { orders: 3 }), made(9, { orders: 3 }), made(10, { orders: 3 })];
  expect(found(made(11, { orders: 10 }), bad)).toEqual([]);
  expect(found(made(11, { orders: 10 }), [...bad, USUAL[2] as RecordedBackup], ['b8', 'b9', 'b10'])).toHaveLength(2);
});

test('nothing is unusual before the fourth backup, nor of another name', () => {
  expect(found(made(8, {}), USUAL.slice(0, 2))).toEqual([]);
  const other = { name: 'other', history: recorded(...USUAL), limits: LIMITS, isGood: () => true };
  expect(withTables([], made(8, {}), other)).toEqual([]);
});

test('the oldest of rolling partitions goes without a word, where a new one came', () => {
  const rolling = (day: number) => made(day, { [`events_p${day}`]: 9000, [`events_p${day + 1}`]: 9000 });
  const before = [1, 2, 3].map(rolling);
  const partitions = before.map((one) => ({ ...one, tables: [...one.tables, ...(USUAL[0]?.tables ?? [])] }));
  const newest = { ...rolling(8), tables: [...rolling(8).tables, ...(USUAL[0]?.tables ?? [])] };
  expect(found(newest, partitions)).toEqual([]);
  const all = [1, 2, 3, 4].map((day) => made(day, { events_p1: 9000, events_p2: 9000 }));
  expect(found(made(5, { events_p2: 9000 }), all)).toEqual([
    "the table 'public.events_p1' is gone, usually 9,000 rows",
  ]);
});

test('what is unchanged as a whole is so only where the rows of every table are', () => {
  const whole = [{ kind: 'unchanged', text: 'nothing changed' }] as const;
  const kinds = (hash: string) =>
    withTables(whole, made(8, { orders: 10_007, users: 5000, few: 9 }, hash), {
      ...{ name: 'app', limits: LIMITS, isGood: () => true },
      history: recorded(...[1, 2, 3, 4, 5, 6, 7].map((day) => made(day, { orders: 10_007, users: 5000, few: 9 }))),
    });
  expect(kinds(HASH)).toEqual(whole);
  expect(kinds(OTHER)).toEqual([]);
});

test('a file keeps the last backups of each name, whatever their names are', () => {
  const table = fc.record({
    ...{ schema: fc.string(), table: fc.string(), rows: fc.nat(), bytes: fc.nat() },
    hash: fc.constant(HASH),
  });
  fc.assert(
    fc.property(fc.string(), fc.array(table), (name, tables) => {
      const others = recorded(...USUAL, made(8, {}), made(9, {}));
      const newest = { label: 'l', startedAt: '2026-01-01T00:00:00.000Z', tables };
      const read = parseTableHistory(tableHistoryText(withRecorded(others, { name, newest, limits: LIMITS })));
      const [last] = read.find((one) => one.name === name)?.backups ?? [];
      if (name !== 'app') expect(last?.tables).toEqual(tables.map((one) => ({ ...one, hash: HASH.slice(0, 16) })));
      expect(
        read
          .find((one) => one.name === 'app')
          ?.backups.map(({ label }) => label)
          .at(-1),
      ).toBe('b9');
      expect(read.find((one) => one.name === 'app')?.backups).toHaveLength(8);
    }),
  );
});

test.each([
  ['nothing', ''],
  ['half of it', tableHistoryText(recorded(...USUAL)).slice(0, 400)],
  ['another document', '{"command":"list","exit":0}'],
  ['a later version', tableHistoryText([]).replace('"version":1', '"version":2')],
  ['a list', '[]'],
  ['a table of another form', tableHistoryText(recorded(...USUAL)).replace('"users",5000', '"users",-1')],
])('%s is not taken for such a file', (_, content) => {
  expect(() => parseTableHistory(content)).toThrow();
});
