import type { TocEntry } from '@postgres-backuper/postgres';
import { expect, it } from 'vitest';
import { inTocOrder, type NotRestored } from './not-restored.ts';

const one = (object: string, statement = ''): NotRestored => ({
  ...{ object, statement, lack: 'missing', reason: '', sqlState: '' },
});

it('what is missing is in the order of the archive, then what is no entry', () => {
  const entries = ['b', 'a', 'c'].map((tag) => ({ description: 'VIEW', schema: 's', tag }) as TocEntry);
  const random = [
    one('owners and grants'),
    one('VIEW s c'),
    one('VIEW s a', '2'),
    one('VIEW s b'),
    one('VIEW s a', '1'),
  ];
  expect(inTocOrder(random, { entries }).map(({ object, statement }) => object + statement)).toEqual([
    ...['VIEW s b', 'VIEW s a1', 'VIEW s a2', 'VIEW s c', 'owners and grants'],
  ]);
});
