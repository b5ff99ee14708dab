import type { Event } from '@postgres-backuper/base';
import { createS3Storage, parseEndpoint } from '@postgres-backuper/storage-s3';
import { createMinioUser, type Postgres, type S3Server, startMinio, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPlace, type Place } from '../restore/harness.ts';
import { BUCKET, PREFIX, policyOf, type Statement } from '../storage/iam-policies.ts';
import { changeSome, createJobDatabase, DBNAME, runJob, wholeBackups } from './job.ts';

interface Reading extends Statement {
  readonly Resource: readonly string[];
}

const { policy, besides } = policyOf('backup');
const reading = besides.find(({ Sid }) => Sid === 'ReadFull') as Reading;
let server: Postgres;
let minio: S3Server;
let place: Place;
let root: Place;

beforeAll(async () => {
  [server, minio, place] = await Promise.all([startPostgres({ major: 18 }), startMinio(), createPlace()]);
  await Promise.all([createJobDatabase(server), minio.createBucket(BUCKET)]);
  root = as(minio);
});
afterAll(async () => {
  await Promise.all([server?.stop(), minio?.stop(), place?.remove()]);
});

function as({ accessKey, secretKey }: Pick<S3Server, 'accessKey' | 'secretKey'>): Place {
  const credentials = { accessKeyId: accessKey, secretAccessKey: secretKey };
  const endpoint = parseEndpoint(minio.endpoint);
  const storage = createS3Storage({ bucket: BUCKET, prefix: PREFIX, endpoint, credentials });
  return { ...place, repository: { ...place.repository, storage } };
}

/** A run with the rights of a backup and of this; returns its notice. */
async function runWith(statements: readonly Statement[]): Promise<string> {
  const user = as(await createMinioUser(minio, { ...policy, Statement: [...policy.Statement, ...statements] }));
  const notices: string[] = [];
  const context: Place['context'] = (signal) => {
    const made = place.context(signal);
    const emit = (event: Event): void => {
      if (event.type === 'notice') notices.push(event.text);
    };
    return { ...made, emit };
  };
  await runJob(server, [{ ...user, context }]);
  return notices.find((text) => text.startsWith('this is ')) ?? '';
}

test('the statement of the page is enough for a differential, which reads no segment', async () => {
  await runJob(server, [root]);
  await changeSome(server);
  expect(await runWith([reading])).toMatch(/^this is a differential of/);
  expect(await wholeBackups(root)).toMatchObject([{ type: 'full' }, { type: 'differential' }]);
  expect(reading.Resource.some((one) => one.includes('segment') || one.endsWith('postgres/*'))).toBe(false);
});

test.each(reading.Resource)('without %s the backup is a full that says why', async (resource) => {
  const rest = reading.Resource.filter((one) => one !== resource);
  expect(await runWith([{ ...reading, Resource: rest } as Statement])).toMatch(/^this is a full backup: .*denied/i);
  expect((await wholeBackups(root)).at(-1)).toMatchObject({ type: 'full' });
});

test(`with the rights of a backup alone ${DBNAME} gets a full each time`, async () => {
  expect(await runWith([])).toMatch(/^this is a full backup: .*denied/i);
});
