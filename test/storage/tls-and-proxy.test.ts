import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer as createHttp, request as httpRequest, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createS3Storage, parseEndpoint, type S3Settings } from '@postgres-backuper/storage-s3';
import { run, runBackuper, type S3Server, startMinio } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

const body = Buffer.from('body');
let minio: S3Server;
let folder = '';
let ca = '';
let tls: Server;
let proxy: Server;
const asked: string[] = [];
const requested: string[] = [];

beforeAll(async () => {
  minio = await startMinio();
  await minio.createBucket('backups');
  folder = await mkdtemp(join(tmpdir(), 'tls-'));
  const names = 'subjectAltName=DNS:minio.test,IP:127.0.0.1';
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-addext', names];
  const files = ['-keyout', join(folder, 'key'), '-out', join(folder, 'cert'), '-subj', '/CN=minio.test'];
  await run('openssl', ['req', '-x509', ...made, ...files]);
  ca = await readFile(join(folder, 'cert'), 'utf8');
  tls = createHttps({ cert: ca, key: await readFile(join(folder, 'key')) }, (request, response) => {
    const { method = '', url = '', headers } = request;
    requested.push(`${headers.host} ${url}`);
    const onward = httpRequest(minio.endpoint + url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  proxy = createHttp().on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    const onward = connect(portOf(tls), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    for (const each of [onward, socket]) each.on('error', () => undefined);
  });
  for (const server of [tls, proxy]) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  for (const server of [tls, proxy]) {
    server.closeAllConnections();
    server.close();
  }
  await minio.stop();
  await rm(folder, { recursive: true });
});

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function open(endpoint: string, settings: Partial<S3Settings> = {}) {
  const credentials = { accessKeyId: minio.accessKey, secretAccessKey: minio.secretKey };
  return createS3Storage({
    bucket: 'backups',
    prefix: 'tls',
    endpoint: parseEndpoint(endpoint),
    credentials,
    ...settings,
  });
}

test('a certificate of an unknown authority is storage-tls, and says how to trust it', async () => {
  const put = open(`https://127.0.0.1:${portOf(tls)}`).put('a', body);
  await expect(put).rejects.toMatchObject({
    code: 'storage-tls',
    hint: expect.stringContaining('s3Ca'),
  });
});

test('a certificate of an authority that was given is trusted', async () => {
  const storage = open(`https://127.0.0.1:${portOf(tls)}`, { ca });
  await storage.put('trusted', body);
  expect(await storage.get('trusted', { maxBytes: 9 })).toEqual(body);
});

test('a certificate from a file, a gateway with a path, and the bucket in the host name', async () => {
  const env = { MINIO_ENDPOINT: `https://127.0.0.1:${portOf(tls)}`, MINIO_ACCESS_KEY: minio.accessKey };
  const settings = { ...env, MINIO_SECRET_KEY: minio.secretKey, BACKUP_REPOSITORY: 's3://backups/empty' };
  const listed = (more: Readonly<Record<string, string>>) => runBackuper(['list'], { ...settings, ...more });
  expect(await listed({ AWS_CA_BUNDLE: join(folder, 'cert') })).toMatchObject({ status: 0 });
  expect(await listed({ AWS_CA_BUNDLE: ca })).toMatchObject({ status: 0 });
  for (const [given, said] of [
    [join(folder, 'key'), 'holds no certificate'],
    [join(folder, 'missing'), 'cannot be read (ENOENT)'],
    [ca.replace(/\n[A-Za-z0-9+/]{20}/, '\nAAAA'), 'has a certificate that cannot be read'],
  ] as const) {
    const { status, stderr } = await listed({ AWS_CA_BUNDLE: given });
    expect([status, stderr]).toEqual([2, expect.stringContaining(`AWS_CA_BUNDLE ${said}`)]);
    expect(stderr).not.toContain('BEGIN');
  }
  requested.length = 0;
  const storage = open(`https://127.0.0.1:${portOf(tls)}/api/s3/`, { ca });
  await expect(storage.get('a', { maxBytes: 9 })).rejects.toMatchObject({ code: 'bucket-missing' }); // 'api'
  expect(requested[0]).toMatch(/^127\.0\.0\.1:\d+ \/api\/s3\/backups\/tls\/a\b/);
  const env2 = { HTTPS_PROXY: `http://127.0.0.1:${portOf(proxy)}` };
  await open('https://minio.test:9443', { ca, env: env2, forcePathStyle: false })
    .put('a', body)
    .catch(() => undefined);
  expect(asked).toContain('backups.minio.test:9443');
});

test("a certificate for another host's name is storage-tls", async () => {
  const put = open(`https://localhost:${portOf(tls)}`, { ca }).put('a', body);
  await expect(put).rejects.toMatchObject({ code: 'storage-tls', hint: expect.stringContaining('host name') });
});

test('HTTPS_PROXY is the way to another machine', async () => {
  const env = { HTTPS_PROXY: `http://127.0.0.1:${portOf(proxy)}` };
  const storage = open('https://minio.test:9443', { ca, env });
  await storage.put('proxied', body);
  expect(await storage.get('proxied', { maxBytes: 9 })).toEqual(body);
  expect(asked).toContain('minio.test:9443');
});

test('NO_PROXY is a way around it', async () => {
  asked.length = 0;
  const env = { HTTPS_PROXY: `http://127.0.0.1:${portOf(proxy)}`, NO_PROXY: 'minio.test' };
  const put = open('https://minio.test:9443', { ca, env }).put('direct', body);
  await expect(put).rejects.toMatchObject({ code: expect.stringMatching(/^(host-unknown|storage-unreachable)$/) });
  expect(asked).toEqual([]);
});
