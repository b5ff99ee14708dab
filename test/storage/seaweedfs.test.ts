import { createS3Storage, parseEndpoint } from '@postgres-backuper/storage-s3';
import { type S3Server, startSeaweedfs } from '@postgres-backuper/testing';
import { storageContract } from '@postgres-backuper/testing/storage-contract';
import { afterAll, beforeAll } from 'vitest';

let seaweedfs: S3Server;
let made = 0;

beforeAll(async () => {
  seaweedfs = await startSeaweedfs();
  await seaweedfs.createBucket('backups');
});
afterAll(() => seaweedfs.stop());

storageContract(
  'SeaweedFS',
  async () => {
    made += 1;
    return createS3Storage({
      bucket: 'backups',
      prefix: `repository-${made}`,
      endpoint: parseEndpoint(seaweedfs.endpoint),
      credentials: { accessKeyId: seaweedfs.accessKey, secretAccessKey: seaweedfs.secretKey },
    });
  },
  { order: 'components' },
);
