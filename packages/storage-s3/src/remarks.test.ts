import { expect, test } from 'vitest';
import { judgeSettings } from './remarks.ts';

const PLACE = { bucket: 'b', folder: 'shop/main/' };
const UNKNOWN = {
  ...{ isVersioned: undefined, rules: undefined, isPublic: undefined, lock: undefined, encryption: undefined },
};
const textsOf = (settings: Partial<Parameters<typeof judgeSettings>[0]>) =>
  judgeSettings({ ...UNKNOWN, ...settings }, PLACE).map(({ text }) => text);

test('of what may not be asked nothing is said', () => {
  expect(textsOf({})).toEqual([]);
  expect(textsOf({ isVersioned: true })).toEqual(['the bucket keeps versions']);
});

test('a rule that moves objects into an archive is a warning, into a class that can be read at once none', () => {
  const rule = { ID: 'cold', Status: 'Enabled', Filter: { Prefix: 'shop/' } } as const;
  const moved = (StorageClass: 'DEEP_ARCHIVE' | 'GLACIER_IR') =>
    textsOf({ rules: [{ ...rule, Transitions: [{ Days: 30, StorageClass }] }] });
  expect(moved('DEEP_ARCHIVE')).toEqual([expect.stringContaining("'cold' of the bucket 'b' moves objects to DEEP_")]);
  expect(moved('GLACIER_IR')).toEqual([]);
});

test('a rule for tagged objects concerns none of ours', () => {
  const rule = { Status: 'Enabled', Expiration: { Days: 3 } } as const;
  expect(textsOf({ rules: [rule] })).toHaveLength(1);
  expect(textsOf({ rules: [{ ...rule, Filter: { Tag: { Key: 'a', Value: 'b' } } }] })).toEqual([]);
});

test('a lock and an encryption are named', () => {
  const lock = { Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Years: 1 } } } as const;
  expect(textsOf({ lock, encryption: 'aws:kms' })).toEqual([
    'the bucket locks objects for 1 year (COMPLIANCE; prune deletes them after that), encrypts (aws:kms)',
  ]);
});
