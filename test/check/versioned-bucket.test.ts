import { createHash } from 'node:crypto';
import { createS3Storage, parseEndpoint } from '@postgres-backuper/storage-s3';
import { type S3Server, s3Request, startMinio } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

let minio: S3Server;
beforeAll(async () => {
  minio = await startMinio();
  await minio.createBucket('backups');
});
afterAll(() => minio.stop());

const remarks = async () => {
  const { accessKey, secretKey, endpoint } = minio;
  const credentials = { accessKeyId: accessKey, secretAccessKey: secretKey };
  const storage = createS3Storage({
    bucket: 'backups',
    prefix: 'shop/main',
    endpoint: parseEndpoint(endpoint),
    credentials,
  });
  return (await storage.remarks?.())?.map(({ text }) => text);
};
const put = async (setting: string, body: string) => {
  const headers = { 'content-md5': createHash('md5').update(body).digest('base64') };
  const answer = await s3Request(minio, { method: 'PUT', path: '/backups', query: `${setting}=`, body, headers });
  expect(answer).toMatchObject({ status: 200 });
};
const lifecycle = (prefix: string, action: string) =>
  put(
    'lifecycle',
    `<LifecycleConfiguration><Rule><ID>a</ID><Status>Enabled</Status><Filter><Prefix>${prefix}</Prefix></Filter>${action}</Rule></LifecycleConfiguration>`,
  );
const OLD_VERSIONS = '<NoncurrentVersionExpiration><NoncurrentDays>7</NoncurrentDays></NoncurrentVersionExpiration>';

test('a versioned bucket needs a rule for old versions of this prefix', async () => {
  expect(await remarks()).toEqual([]);
  await put('versioning', '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>');
  const missing = [expect.stringContaining('no rule of it expires them')];
  expect(await remarks()).toEqual(missing);
  await lifecycle('other/', OLD_VERSIONS);
  expect(await remarks()).toEqual(missing);
  await lifecycle('shop/', '<Expiration><Days>900</Days></Expiration>');
  expect(await remarks()).toEqual(missing);
  await lifecycle('shop/', OLD_VERSIONS);
  expect(await remarks()).toEqual([]);
});
