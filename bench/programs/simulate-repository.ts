/**
 * `node simulate-repository.ts BUCKET BACKUPS`: fills the bucket's folder `backups` with the commits and records of so
 * many backups over 50 names, as we write them, without data.
 */
import { createS3Storage, parseEndpoint } from '@postgres-backuper/storage-s3';
import { simulate } from '../../test/scale/simulated-repository.ts';

const PARALLEL = 16;

const [bucket = '', backups = ''] = process.argv.slice(2);
const { BACKUP_S3_ENDPOINT = '', BACKUP_S3_ACCESS_KEY = '', BACKUP_S3_SECRET_KEY = '' } = process.env;
const storage = createS3Storage({
  bucket,
  prefix: 'backups',
  endpoint: parseEndpoint(BACKUP_S3_ENDPOINT),
  credentials: { accessKeyId: BACKUP_S3_ACCESS_KEY, secretAccessKey: BACKUP_S3_SECRET_KEY },
});
const objects = simulate({ names: 50, backups: Number(backups), now: Date.now() });
const work = async (): Promise<void> => {
  for (const { key, body } of objects) await storage.put(key, body); // one generator feeds all of them
};
await Promise.all(Array.from({ length: PARALLEL }, work));
