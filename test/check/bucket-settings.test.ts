import { createHash } from 'node:crypto';
import { createS3Storage, parseEndpoint } from '@postgres-backuper/storage-s3';
import { type S3Server, s3Request, startMinio } from '@postgres-backuper/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { prometheusToken } from './prometheus-token.ts';

let minio: S3Server;
/** A new one for each try of a test. */
let bucket = '';
let made = 0;
beforeAll(async () => {
  minio = await startMinio();
});
beforeEach(async () => {
  made += 1;
  bucket = `backups-${made}`;
  await minio.createBucket(bucket);
});
afterAll(() => minio.stop());

const told = async (name = bucket) => {
  const { accessKey, secretKey, endpoint } = minio;
  const credentials = { accessKeyId: accessKey, secretAccessKey: secretKey };
  const storage = createS3Storage({
    bucket: name,
    prefix: 'shop/main',
    endpoint: parseEndpoint(endpoint),
    credentials,
  });
  return (await storage.remarks?.()) ?? [];
};
const remarks = async () => (await told()).filter(({ hint }) => hint !== undefined).map(({ text }) => text);
const facts = async (name = bucket) =>
  (await told(name)).filter(({ hint }) => hint === undefined).map(({ text }) => text);
const put = async (setting: string, body: string, path = `/${bucket}`) => {
  const headers = { 'content-md5': createHash('md5').update(body).digest('base64') };
  const answer = await s3Request(minio, { method: 'PUT', path, query: `${setting}=`, body, headers });
  expect(answer).toMatchObject({ status: 200 });
};
const lifecycle = (prefix: string, action: string) =>
  put(
    'lifecycle',
    `<LifecycleConfiguration><Rule><ID>a</ID><Status>Enabled</Status><Filter><Prefix>${prefix}</Prefix></Filter>${action}</Rule></LifecycleConfiguration>`,
  );
const keepVersions = () =>
  put('versioning', '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>');
const OLD_VERSIONS = '<NoncurrentVersionExpiration><NoncurrentDays>7</NoncurrentDays></NoncurrentVersionExpiration>';

test('a versioned bucket needs a rule for old versions of this prefix', async () => {
  expect(await remarks()).toEqual([]);
  await keepVersions();
  const missing = [expect.stringContaining('no rule of it expires them')];
  expect(await remarks()).toEqual(missing);
  await lifecycle('other/', OLD_VERSIONS);
  expect(await remarks()).toEqual(missing);
  await lifecycle('shop/main/app/', OLD_VERSIONS);
  expect(await remarks()).toEqual(missing);
  await lifecycle('shop/', OLD_VERSIONS);
  expect(await remarks()).toEqual([]);
});

test.each(['', 'shop/', 'shop/main/app/data/'])('a rule that deletes objects below %j is a warning', async (prefix) => {
  await lifecycle(prefix, `<Expiration><Days>900</Days></Expiration>${OLD_VERSIONS}`);
  const text = `rule 'a' of the bucket '${bucket}' deletes objects of 900 days, also of backups that are pinned or kept, and of fulls on which differentials stand`;
  expect(await remarks()).toContainEqual(expect.stringContaining(text));
  await lifecycle('other/', `<Expiration><Days>900</Days></Expiration>${OLD_VERSIONS}`);
  expect(await remarks()).not.toContainEqual(expect.stringContaining('deletes objects'));
});

test('a bucket that everybody may read is a warning', async () => {
  const body = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { AWS: ['*'] }, Action: ['s3:GetObject'], Resource: [`arn:aws:s3:::${bucket}/*`] },
      { Effect: 'Allow', Principal: { AWS: ['*'] }, Action: ['s3:ListBucket'], Resource: [`arn:aws:s3:::${bucket}`] },
    ],
  });
  const answer = await s3Request(minio, { method: 'PUT', path: `/${bucket}`, query: 'policy=', body });
  expect(answer.status).toBeLessThan(300);
  expect(await remarks()).toContainEqual(expect.stringContaining('lets everybody in'));
  await s3Request(minio, { method: 'DELETE', path: `/${bucket}`, query: 'policy=' });
  expect(await remarks()).not.toContainEqual(expect.stringContaining('everybody'));
});

test('versions, lock and encryption are told', async () => {
  await keepVersions();
  expect(await facts()).toEqual(['the bucket keeps versions, locks no objects, does not encrypt by itself']);
  const locked = `locked-${made}`;
  const headers = { 'x-amz-bucket-object-lock-enabled': 'true' };
  expect(await s3Request(minio, { method: 'PUT', path: `/${locked}`, headers })).toMatchObject({ status: 200 });
  expect(await facts(locked)).toEqual(['the bucket keeps versions, can lock objects, does not encrypt by itself']);
  const retention = '<DefaultRetention><Mode>GOVERNANCE</Mode><Days>7</Days></DefaultRetention>';
  const lock = `<ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>${retention}</Rule>`;
  await put('object-lock', `<ObjectLockConfiguration>${lock}</ObjectLockConfiguration>`, `/${locked}`);
  expect(await facts(locked)).toEqual([expect.stringContaining('locks objects for 7 days (GOVERNANCE; prune')]);
});

test("the free space is read from MinIO's metrics, and why not is a warning", async () => {
  const open = (path: string, token: string | undefined = prometheusToken(minio)) =>
    createS3Storage({
      ...{ bucket, prefix: 'shop', endpoint: parseEndpoint(minio.endpoint) },
      credentials: { accessKeyId: minio.accessKey, secretAccessKey: minio.secretKey },
      metrics: { url: `${minio.endpoint}${path}`, token },
    });
  const { freeBytes = 0, totalBytes = 0 } = (await open('/minio/v2/metrics/cluster').usage?.()) ?? {};
  expect(freeBytes).toBeGreaterThan(1024 ** 2);
  expect(totalBytes).toBeGreaterThan(freeBytes);
  for (const wrong of [open('/minio/none'), open('/minio/v2/metrics/cluster', 'wrong')]) {
    expect(await wrong.usage?.()).toBeUndefined();
    expect(await wrong.remarks?.()).toContainEqual({
      text: expect.stringMatching(/metrics: HTTP 40\d$/),
      hint: expect.stringContaining('mc admin prometheus generate'),
    });
  }
});
