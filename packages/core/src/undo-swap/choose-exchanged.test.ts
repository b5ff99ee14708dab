import { expect, test } from 'vitest';
import { chooseExchanged } from './choose-exchanged.ts';

const LABEL = 'backup_20261128_183144_a1b2c3';
const OTHER = 'backup_20200101_000000_d4e5f6';
const before = (number: number, label = LABEL) => `app_before_${label}_${number}`;
const restored = (number: number, label = LABEL) => `app_restored_${label}_${number}`;
const choose = (databases: readonly string[], database?: string) =>
  chooseExchanged({ name: 'app', database }, ['postgres', ...databases]);

test('the last replaced one comes back, the restored one is kept', () => {
  const databases = ['app', before(1, OTHER), before(2), 'app_before_monday'];
  expect(choose(databases)).toEqual({ next: before(2), aside: restored(3) });
});

test('whoever tries an undo again does not go back further', () => {
  const databases = ['app', before(1), restored(3)];
  expect(() => choose(databases)).toThrow(/has its old database back already: the restored one is '.*_3'/);
  expect(choose(databases, before(1))).toEqual({ next: before(1), aside: before(4) });
  expect(choose(databases, restored(3))).toEqual({ next: restored(3), aside: before(4) });
});

test('the first half of an exchange is finished or undone', () => {
  expect(choose([before(1)])).toEqual({ next: before(1), aside: undefined });
  expect(choose([restored(2), before(1)])).toEqual({ next: before(1), aside: undefined });
  expect(choose([restored(2)])).toEqual({ next: restored(2), aside: undefined });
});

test('no other database gets the name', () => {
  expect(() => choose(['app'])).toThrow(/no database is there that a restore replaced as 'app'/);
  expect(() => choose(['app', before(1)], 'postgres')).toThrow(/'postgres' is no database that once was 'app'/);
  expect(() => choose(['app'], before(1))).toThrow(/is no database that once was 'app'/);
});
