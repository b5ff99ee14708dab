import { BackuperError } from '@postgres-backuper/base';
import { expect, test } from 'vitest';
import { readFailure, readRefusal, writeFailure, writeRefusal } from './refused-texts.ts';

test('a refusal is read as it was written, but for what is too long', () => {
  const refusal = { part: 'definition', sqlState: '23505', message: 'doppelt: ä\n', detail: 'Key', hint: '' } as const;
  expect(readRefusal(writeRefusal(refusal))).toEqual(refusal);
  const long = 'x'.repeat(100_000);
  const read = readRefusal(writeRefusal({ ...refusal, detail: `Key (text)=(${long}) is duplicated.`, hint: long }));
  expect([read.message, read.detail?.slice(0, 12), read.detail?.at(-1)]).toEqual([
    refusal.message,
    'Key (text)=(',
    '…',
  ]);
  const failure = readFailure(writeFailure(new BackuperError('server-full', long, { hint: long })));
  expect([failure.code, failure.message.length]).toEqual(['server-full', 8192]);
});

test('the code of a newer version fails the table alone', () => {
  const written = JSON.stringify({ code: 'moon-full', message: 'no', hint: '' });
  expect(readFailure(written)).toMatchObject({ code: 'restore-failed', message: 'no' });
});
