import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createMinioUser,
  type Postgres,
  type S3Account,
  type S3Server,
  s3Request,
  startMinio,
  startPostgres,
} from '@postgres-backuper/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { runCli, serverVariables } from '../cli/run-cli.ts';
import { actionsOf, type Policy, policyOf, without } from './iam-policies.ts';

const OTHER =
  '<Rule><ID>other</ID><Status>Enabled</Status><Filter><Prefix>logs/</Prefix></Filter><Expiration><Days>3</Days></Expiration></Rule>';
const ACTIONS = actionsOf(policyOf('setup-bucket').policy);
let minio: S3Server;
let postgres: Postgres;
let folder = '';
/** Of the try of a test: its buckets are new. */
let tries = 0;

beforeAll(async () => {
  [minio, postgres] = await Promise.all([startMinio(), startPostgres({ major: 18 })]);
  await postgres.createDatabase('app');
  await postgres.psql('CREATE TABLE t AS SELECT generate_series(1, 1000) AS n', 'app');
  folder = await mkdtemp(join(tmpdir(), 'setup-bucket-'));
});
afterAll(async () => {
  await Promise.all([minio?.stop(), postgres?.stop()]);
  await rm(folder, { recursive: true, force: true });
});

beforeEach(() => {
  tries += 1;
});

function runAs({ accessKey, secretKey }: S3Account, bucket: string, args: readonly string[]) {
  return runCli([...args, '--repository', `s3://${bucket}/a/b`], {
    ...{ HOME: folder, TMPDIR: folder, ...serverVariables(postgres), PG_DB: 'app', BACKUP_ENCRYPTION: 'none' },
    ...{ MINIO_ENDPOINT: minio.endpoint, MINIO_ACCESS_KEY: accessKey, MINIO_SECRET_KEY: secretKey },
  });
}

/** Exactly what the command prints. */
async function printed(bucket: string, job: string, ...more: string[]): Promise<Policy> {
  const nobody = { endpoint: minio.endpoint, accessKey: 'none', secretKey: 'none' };
  const { stdout, status } = await runAs(nobody, bucket, ['setup-bucket', job, ...more]);
  expect(status).toBe(0);
  return JSON.parse(stdout);
}

const settings = async (bucket: string, setting: string) =>
  (await s3Request(minio, { method: 'GET', path: `/${bucket}`, query: `${setting}=` })).text;

test('a bucket is made and set up with the printed policy, beside the rules of others', async () => {
  const fresh = `fresh-${tries}`;
  const admin = await createMinioUser(minio, await printed(fresh, 'setup-bucket', '--recommended'));
  const apply = (...more: string[]) => runAs(admin, fresh, ['setup-bucket', '--apply', ...more]);
  expect(await apply()).toMatchObject({ status: 2, stderr: expect.stringContaining('--create-bucket') });
  expect(await apply('--create-bucket')).toMatchObject({ status: 0, stdout: expect.stringContaining('turned on') });
  expect(await settings(fresh, 'versioning')).toContain('<Status>Enabled</Status>');

  const body = `<LifecycleConfiguration>${OTHER}</LifecycleConfiguration>`;
  const headers = { 'content-md5': createHash('md5').update(body).digest('base64') };
  await s3Request(minio, { method: 'PUT', path: `/${fresh}`, query: 'lifecycle=', body, headers });
  expect(await apply('--noncurrent-days', '90')).toMatchObject({ status: 0, stdout: expect.stringContaining('added') });
  const rules = await settings(fresh, 'lifecycle');
  expect(rules).toContain('<ID>other</ID>');
  expect(rules).toContain('<NoncurrentDays>90</NoncurrentDays>');
  const again = await apply('--json');
  expect(JSON.parse(again.stdout).result.applied).toMatchObject({
    ...{ created: false, versioning: 'on already', rule: 'kept', noncurrentDays: 90, otherRules: 1 },
  });
  expect(await settings(fresh, 'lifecycle')).toBe(rules);
});

test('without one of the rights versioning stays as it is, and the right is named', async () => {
  for (const [index, action] of ACTIONS.entries()) {
    const bucket = `denied-${tries}-${index}`;
    await minio.createBucket(bucket);
    const key = await createMinioUser(minio, without(await printed(bucket, 'setup-bucket'), action));
    const end = await runAs(key, bucket, ['setup-bucket', '--apply']);
    expect([end.status, end.stderr]).toEqual([2, expect.stringContaining(`allow '${action}'`)]);
    expect(await settings(bucket, 'versioning')).not.toContain('Enabled');
  }
});

test('a key with the printed policy backs up and no more, and what it overwrites can be brought back', async () => {
  const jobs = `jobs-${tries}`;
  expect(await runAs(minio, jobs, ['setup-bucket', '--apply', '--create-bucket'])).toMatchObject({ status: 0 });
  const key = await createMinioUser(minio, await printed(jobs, 'backup'));
  expect(await runAs(key, jobs, ['backup', '--no-prune'])).toMatchObject({ status: 0 });
  for (const words of [['restore', 'latest', '--into', 'other'], ['prune'], ['setup-bucket', '--apply']]) {
    expect(await runAs(key, jobs, words)).toMatchObject({ status: 2, stderr: expect.stringContaining('allow ') });
  }
  const reader = await createMinioUser(minio, await printed(jobs, 'restore'));
  expect(await runAs(reader, jobs, ['restore', 'latest', '--into', 'copy'])).toMatchObject({ status: 0 });

  const { text } = await s3Request(minio, {
    method: 'GET',
    path: `/${jobs}`,
    query: 'list-type=2&prefix=a%2Fb%2Fapp%2Fdata',
  });
  const stored = /<Key>([^<]*segment[^<]*)</.exec(text)?.[1];
  await s3Request({ ...minio, ...key }, { method: 'PUT', path: `/${jobs}/${stored}`, body: 'evil' });
  const versions = await s3Request(minio, {
    method: 'GET',
    path: `/${jobs}`,
    query: `prefix=${stored?.replaceAll('/', '%2F')}&versions=`,
  });
  expect(versions.text.match(/<Version>/g)).toHaveLength(2);
});
