import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { createS3Storage, parseEndpoint } from '@postgres-backuper/storage-s3';
import { type Postgres, type S3Server, startMinio, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli } from './run-cli.ts';

const FILE = 'backup_20240315_120000.sql.gz';
let server: Postgres;
let minio: S3Server;

beforeAll(async () => {
  server = await startPostgres({ major: 14 });
  minio = await startMinio();
  await minio.createBucket('backups');
  await server.createDatabase('shop');
  await server.psql('CREATE TABLE orders AS SELECT generate_series(1, 100) AS id', 'shop');
  const { stdout } = await promisify(execFile)(join(server.binDir, 'pg_dump'), {
    env: { ...server.env, PGDATABASE: 'shop' },
  });
  const credentials = { accessKeyId: minio.accessKey, secretAccessKey: minio.secretKey };
  const bucket = createS3Storage({
    bucket: 'backups',
    prefix: '',
    endpoint: parseEndpoint(minio.endpoint),
    credentials,
  });
  await bucket.put(`backups/${FILE}`, gzipSync(stdout));
});
afterAll(async () => {
  await server?.stop();
  await minio?.stop();
});

const variables = () => ({
  ...{ PG_HOST: server.host, PG_PORT: String(server.port), PG_USER: server.user, PG_PASSWORD: server.password },
  ...{ PG_DB: 'shop', BACKUP_PG_BIN_DIR: server.binDir, MINIO_ENDPOINT: minio.endpoint, MINIO_BUCKET: 'backups' },
  ...{ MINIO_ACCESS_KEY: minio.accessKey, MINIO_SECRET_KEY: minio.secretKey },
});

it("finds and restores what the original's script stored in the bucket, with its variables alone", async () => {
  const listed = await runCli(['list', '--legacy'], variables());
  expect(listed).toMatchObject({ status: 0, stdout: expect.stringContaining(`backups/${FILE}`) });
  for (const [index, source] of [FILE, `backups/${FILE}`].entries()) {
    const restored = await runCli(['restore', source, '--into', `old_${index}`], variables());
    expect(restored, restored.stderr).toMatchObject({ status: 0 });
    expect(await server.psql('SELECT count(*) FROM orders', `old_${index}`)).toBe('100');
  }
});
