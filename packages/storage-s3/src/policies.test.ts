import { expect, test } from 'vitest';
import { JOBS, policyFor } from './policies.ts';
import { policyText } from './policy-text.ts';

const PLACE = { bucket: 'b', folder: 'p/', partition: 'aws' };
const LEAST = { incremental: false, tags: false, recommended: false };
const sidsOf = (extras: Partial<typeof LEAST>) =>
  policyFor('backup', PLACE, { ...LEAST, ...extras }).Statement.map(({ Sid }) => Sid);

test('the least is printed, and what is asked for besides', () => {
  expect(sidsOf({})).toEqual(['Store', 'Confirm']);
  expect(sidsOf({ incremental: true })).toEqual(['Store', 'Confirm', 'ReadFull']);
  expect(sidsOf({ recommended: true })).toEqual(['Store', 'Confirm', 'ReadBack', 'ReadFull']);
});

test('with tags each statement that stores also tags, and no other', () => {
  for (const job of JOBS) {
    const { Statement } = policyFor(job, PLACE, { ...LEAST, recommended: true, tags: true });
    for (const { Action } of Statement)
      expect(Action.includes('s3:PutObjectTagging')).toBe(Action.includes('s3:PutObject'));
  }
});

test('a repository in the root of its bucket has the whole bucket, and other clouds their names', () => {
  const { Statement } = policyFor('backup', { bucket: 'b', folder: '', partition: 'aws-cn' }, LEAST);
  expect(Statement.map(({ Resource }) => Resource)).toEqual([['arn:aws-cn:s3:::b/*'], ['arn:aws-cn:s3:::b']]);
  expect(Statement.some(({ Condition }) => Condition !== undefined)).toBe(false);
});

test('no policy for a job lets versions, locks or rules be changed', () => {
  const jobs = JOBS.filter((job) => job !== 'setup-bucket');
  const actions = jobs.flatMap((job) =>
    policyFor(job, PLACE, { incremental: true, tags: true, recommended: true }).Statement.flatMap(
      ({ Action }) => Action,
    ),
  );
  expect([...new Set(actions)].sort()).toEqual([
    ...['s3:DeleteObject', 's3:GetObject', 's3:ListBucket', 's3:PutObject', 's3:PutObjectTagging'],
  ]);
});

test('the text is the same document', () => {
  for (const job of JOBS) {
    const policy = policyFor(job, PLACE, { ...LEAST, recommended: true });
    expect(JSON.parse(policyText(policy))).toEqual(policy);
  }
});
