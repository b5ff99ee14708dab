import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Storage } from '@postgres-backuper/repository';
import { createS3Storage, parseEndpoint, type S3Settings } from '@postgres-backuper/storage-s3';
import { type S3Server, s3Request, startMinio } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

const body = Buffer.from('a body that must not be readable on the disk of the server '.repeat(20));
let plain: S3Server;
let encrypting: S3Server;

beforeAll(async () => {
  [plain, encrypting] = await Promise.all([startMinio(), startMinio({ kms: true })]);
  for (const server of [plain, encrypting]) await server.createBucket('backups');
});
afterAll(() => Promise.all([plain.stop(), encrypting.stop()]));

function open(server: S3Server, settings: Partial<S3Settings> = {}): Storage {
  return createS3Storage({
    bucket: 'backups',
    prefix: 'options',
    endpoint: parseEndpoint(server.endpoint),
    credentials: { accessKeyId: server.accessKey, secretAccessKey: server.secretKey },
    ...settings,
  });
}

async function isReadableOnDisk(server: S3Server): Promise<boolean> {
  const files = await readdir(server.dataDir, { recursive: true, withFileTypes: true });
  const contents = files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name)));
  return (await Promise.all(contents)).some((content) => content.includes('a body that must not be readable'));
}

test.each(['AES256', 'aws:kms'] as const)('with sse %s the server stores no plain body', async (sse) => {
  const storage = open(encrypting, { sse, prefix: `sse-${sse.replace(':', '-')}` });
  await storage.put('app/a', body);
  await storage.put('app/a', body);
  await expect(storage.put('app/a', Buffer.from('other'))).rejects.toMatchObject({ code: 'object-exists' });
  await expect(storage.put('app/a', Buffer.alloc(body.length))).rejects.toMatchObject({ code: 'object-exists' });
  expect(await storage.get('app/a', { maxBytes: 9999 })).toEqual(body);
  expect(await isReadableOnDisk(encrypting)).toBe(false);
});

test('without sse the body is found on the disk, so that the test above can fail', async () => {
  await open(plain, { prefix: 'no-sse' }).put('app/a', body);
  expect(await isReadableOnDisk(plain)).toBe(true);
});

test('a listing never tells a wrong MD5 under SSE-KMS', async () => {
  const md5 = (await import('node:crypto')).createHash('md5').update(body).digest('hex');
  await open(encrypting, { sse: 'aws:kms', prefix: 'kms-md5' }).put('app/a', body);
  for (const sse of ['aws:kms', undefined] as const) {
    const storage = open(encrypting, { ...(sse ? { sse } : {}), prefix: 'kms-md5' });
    await storage.get('app/a', { maxBytes: 9999 });
    for await (const object of storage.list('')) expect([undefined, md5]).toContain(object.md5);
  }
});

test('sse at a server without KMS is configuration-invalid', async () => {
  const put = open(plain, { sse: 'AES256' }).put('app/sse', body);
  await expect(put).rejects.toMatchObject({ code: 'configuration-invalid' });
});

test('tags are stored with the object', async () => {
  await open(plain, { tags: { team: 'data base', keep: '30=d' }, prefix: 'tags' }).put('app/a', body);
  const { text } = await s3Request(plain, { method: 'GET', path: '/backups/tags/app/a', query: 'tagging=' });
  expect(text).toContain('<Tag><Key>team</Key><Value>data base</Value></Tag>');
  expect(text).toContain('<Tag><Key>keep</Key><Value>30=d</Value></Tag>');
});

test('a storage class is for large objects only, and an archive is refused', async () => {
  const storage = open(plain, { storageClass: 'REDUCED_REDUNDANCY', prefix: 'class' });
  await storage.put('app/large', Buffer.alloc(200_000));
  await storage.put('app/small', Buffer.alloc(2000));
  const { text } = await s3Request(plain, { method: 'GET', path: '/backups/', query: 'list-type=2&prefix=class%2F' });
  expect(text.match(/<StorageClass>\w+/g)).toEqual(['<StorageClass>REDUCED_REDUNDANCY', '<StorageClass>STANDARD']);
  expect(() => open(plain, { storageClass: 'DEEP_ARCHIVE' })).toThrow(
    expect.objectContaining({ code: 'configuration-invalid' }),
  );
});

test.each(['', 'deep/er/prefix', '/slashes/'])('the prefix %j keeps its objects apart from others', async (prefix) => {
  const storage = open(plain, { prefix });
  await storage.put('app/own', body);
  await open(plain, { prefix: `${prefix}x` }).put('app/foreign', body);
  const found: string[] = [];
  for await (const { key } of storage.list('app/')) found.push(key);
  expect(found).toEqual(['app/own']);
  await storage.remove(['app/own']);
});

test('CRC32 instead of MD5 works where the server knows it', async () => {
  const storage = open(plain, { checksum: 'crc32', prefix: 'crc' });
  await storage.put('app/a', body);
  expect(await storage.get('app/a', { maxBytes: 9999 })).toEqual(body);
  await storage.remove(['app/a']);
});

test('requests are told, one by one', async () => {
  const sent: string[] = [];
  const storage = open(plain, { prefix: 'told', onRequest: (operation) => sent.push(operation) });
  await storage.put('a', body);
  await storage.get('a', { maxBytes: 9999 });
  for await (const _ of storage.list(''));
  await storage.remove(['a']);
  await storage.remove(Array.from({ length: 17 }, (_, index) => `a${index}`));
  expect(sent).toEqual(['PutObject', 'GetObject', 'ListObjectsV2', 'DeleteObject', 'DeleteObjects']);
});
