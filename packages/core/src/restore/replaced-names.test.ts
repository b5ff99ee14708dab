import { expect, test } from 'vitest';
import { type Exchange, exchangedName, exchangedOf, named, nextNumber, restoringName } from './replaced-names.ts';

const LABEL = 'backup_20261128_183144_a1b2c3';
const exchange = (number: number, kind: Exchange['kind'] = 'before'): Exchange => ({ kind, label: LABEL, number });

test('a long name is cut, its ending is not', () => {
  expect(named('app', '_before_x')).toBe('app_before_x');
  expect(named('a'.repeat(70), '_before_x')).toMatch(/^a{47}_[0-9a-f]{6}_before_x$/);
  expect(Buffer.byteLength(named('ü'.repeat(40), '_before_x'))).toBeLessThanOrEqual(63);
  expect(Buffer.byteLength(exchangedName('x'.repeat(63), exchange(123)))).toBeLessThanOrEqual(63);
});

test('long names with the same start are not taken for one another', () => {
  const [one, two] = ['customer_production_eu_west_1', 'customer_production_eu_west_2'];
  expect(restoringName(one, LABEL)).not.toBe(restoringName(two, LABEL));
  const databases = [exchangedName(one, exchange(1)), exchangedName(two, exchange(2))];
  expect(exchangedOf(one, databases)).toMatchObject([{ number: 1 }]);
  expect(exchangedOf(two, databases)).toMatchObject([{ number: 2 }]);
});

test('the latest exchange comes first, whatever its label', () => {
  const databases = [...[2, 10, 1].map((number) => exchangedName('app', exchange(number))), 'app', 'other'];
  expect(exchangedOf('app', databases).map(({ number }) => number)).toEqual([10, 2, 1]);
  expect(nextNumber('app', databases)).toBe(11);
  expect(nextNumber('other', databases)).toBe(1);
});

test('other names are no exchanged databases', () => {
  for (const database of [
    'app_before_monday',
    `app_before_${LABEL}`,
    `app_before_${LABEL}_0`,
    `apple_before_${LABEL}_1`,
  ])
    expect(exchangedOf('app', [database])).toEqual([]);
  expect(exchangedOf('app', [exchangedName('app', exchange(1, 'restored'))])).toMatchObject([{ kind: 'restored' }]);
});
