import { createS3Storage, parseEndpoint } from '@postgres-backuper/storage-s3';
import { type S3Server, startMinio } from '@postgres-backuper/testing';
import { storageContract } from '@postgres-backuper/testing/storage-contract';
import { afterAll, beforeAll } from 'vitest';

let minio: S3Server;
let made = 0;

beforeAll(async () => {
  minio = await startMinio();
  await minio.createBucket('backups');
});
afterAll(() => minio.stop());

storageContract('MinIO', async () => {
  made += 1;
  return createS3Storage({
    bucket: 'backups',
    prefix: `repository-${made}`,
    endpoint: parseEndpoint(minio.endpoint),
    credentials: { accessKeyId: minio.accessKey, secretAccessKey: minio.secretKey },
  });
});
