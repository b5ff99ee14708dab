import { type AddressInfo, createServer, type Server } from 'node:net';
import { inspect } from 'node:util';
import type { Storage } from '@postgres-backuper/repository';
import { createS3Storage, parseEndpoint, type S3Settings } from '@postgres-backuper/storage-s3';
import { freePort, type S3Server, startMinio } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const body = Buffer.from('body');
let minio: S3Server;

beforeAll(async () => {
  minio = await startMinio();
  await minio.createBucket('backups');
});
afterAll(() => minio.stop());

function open(settings: Partial<S3Settings> = {}): Storage {
  return createS3Storage({
    bucket: 'backups',
    prefix: 'errors',
    endpoint: parseEndpoint(minio.endpoint),
    credentials: { accessKeyId: minio.accessKey, secretAccessKey: minio.secretKey },
    ...settings,
  });
}

/** The error of each method. */
async function errorsOf(storage: Storage): Promise<unknown[]> {
  const calls = [
    storage.put('a', body),
    storage.get('a', { maxBytes: 9 }),
    storage.list('')[Symbol.asyncIterator]().next(),
    storage.folders('')[Symbol.asyncIterator]().next(),
    storage.remove(['a']),
  ];
  const ended = await Promise.allSettled(calls);
  return ended.map((end) => (end.status === 'rejected' ? end.reason : undefined));
}

async function expectErrors(storage: Storage, wanted: object): Promise<void> {
  for (const error of await errorsOf(storage)) expect(error).toMatchObject(wanted);
}

test('an unknown access key is storage-credentials', async () => {
  const credentials = { accessKeyId: 'nobody', secretAccessKey: 'CANARY-SECRET' };
  const storage = open({ credentials });
  await expectErrors(storage, { code: 'storage-credentials', exitStatus: 2 });
  for (const error of await errorsOf(storage)) expect((error as Error).cause).toBeUndefined();
  const shown = inspect(await errorsOf(storage), { showHidden: true, depth: 12 });
  expect(shown).not.toContain('CANARY-SECRET');
});

test('a wrong secret key is storage-credentials', async () => {
  const credentials = { accessKeyId: minio.accessKey, secretAccessKey: 'wrong' };
  await expectErrors(open({ credentials }), { code: 'storage-credentials' });
});

test('no credentials at all is storage-credentials', async () => {
  const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE', 'AWS_WEB_IDENTITY_TOKEN_FILE'];
  const before = { ...process.env };
  for (const name of names) delete process.env[name];
  Object.assign(process.env, { AWS_EC2_METADATA_DISABLED: 'true', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' });
  process.env.AWS_CONFIG_FILE = '/dev/null';
  const { credentials: _, ...rest } = settingsOf();
  try {
    await expectErrors(createS3Storage(rest), { code: 'storage-credentials' });
  } finally {
    process.env = before;
  }
});

function settingsOf(): S3Settings {
  return {
    bucket: 'backups',
    prefix: 'errors',
    endpoint: parseEndpoint(minio.endpoint),
    credentials: { accessKeyId: minio.accessKey, secretAccessKey: minio.secretKey },
  };
}

test('a bucket that is not there is bucket-missing', async () => {
  const hint = 'create the bucket, or correct its name: it is never created by a backup';
  await expectErrors(open({ bucket: 'no-such-bucket' }), { code: 'bucket-missing', hint });
});

test("a bucket's name that cannot be one is configuration-invalid", async () => {
  await expectErrors(open({ bucket: 'No_Bucket' }), { code: 'configuration-invalid' });
});

test('an endpoint where nothing answers is storage-unreachable: try again', async () => {
  const endpoint = parseEndpoint(`127.0.0.1:${await freePort()}`);
  await expectErrors(open({ endpoint }), { code: 'storage-unreachable', exitStatus: 75 });
});

test('a host that nobody knows is host-unknown: correct it', async () => {
  await expectErrors(open({ endpoint: parseEndpoint('http://minio.invalid:9000') }), {
    code: 'host-unknown',
    exitStatus: 2,
  });
});

test('TLS with a server that speaks plain http is storage-tls', async () => {
  const endpoint = parseEndpoint(minio.endpoint.replace('http:', 'https:'));
  const hint = 'write http:// before the endpoint if it does not speak TLS';
  await expectErrors(open({ endpoint }), { code: 'storage-tls', hint });
});

test('a machine whose clock is an hour off still stores and reads', async () => {
  const real = Date.now;
  Date.now = () => real() + 3600_000;
  const RealDate = globalThis.Date;
  globalThis.Date = class extends RealDate {
    constructor(...args: number[]) {
      super(...((args.length === 0 ? [real() + 3600_000] : args) as [number]));
    }
  } as DateConstructor;
  try {
    const storage = open();
    await storage.put('skewed', body);
    expect(await storage.get('skewed', { maxBytes: 9 })).toEqual(body);
  } finally {
    globalThis.Date = RealDate;
    RealDate.now = real;
  }
});

describe('a server that accepts and never answers', () => {
  let hole: Server;
  let port = 0;

  beforeAll(async () => {
    hole = createServer((socket) => socket.on('error', () => undefined).resume());
    await new Promise<void>((resolve) => hole.listen(0, '127.0.0.1', resolve));
    port = (hole.address() as AddressInfo).port;
  });
  afterAll(() => new Promise((resolve) => hole.close(resolve)));

  test('is storage-unreachable after the idle time-out', async () => {
    const storage = open({ endpoint: parseEndpoint(`127.0.0.1:${port}`), idleTimeoutMs: 300 });
    const start = Date.now();
    await expectErrors(storage, { code: 'storage-unreachable', exitStatus: 75 });
    expect(Date.now() - start).toBeLessThan(20_000); // 60 s without it
  });

  test('is left at once when the caller gives up', async () => {
    const storage = open({ endpoint: parseEndpoint(`127.0.0.1:${port}`) });
    const reason = new Error('told to stop');
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 100);
    const start = Date.now();
    await expect(storage.put('a', body, { signal: controller.signal })).rejects.toBe(reason);
    expect(Date.now() - start).toBeLessThan(20_000); // 60 s without it
  });
});

test('a web page instead of an S3 server is told apart', async () => {
  const { createServer: createHttp } = await import('node:http');
  const page = createHttp((_, response) => response.end('<html><body>console</body></html>'));
  await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
  const { port } = page.address() as AddressInfo;
  try {
    const storage = open({ endpoint: parseEndpoint(`127.0.0.1:${port}`) });
    const listing = storage.list('')[Symbol.asyncIterator]().next();
    await expect(listing).rejects.toMatchObject({ code: 'configuration-invalid' });
    await expect(storage.put('a', body)).rejects.toMatchObject({ code: 'configuration-invalid' });
  } finally {
    page.closeAllConnections();
    page.close();
  }
});
