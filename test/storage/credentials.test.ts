import { createSign, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createS3Storage, parseEndpoint } from '@postgres-backuper/storage-s3';
import { createMinioUser, type S3Server, s3Request, startMinio } from '@postgres-backuper/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

const body = Buffer.from('body');
const anything = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: ['s3:*'], Resource: ['arn:aws:s3:::*'] }],
};
const signing = generateKeyPairSync('rsa', { modulusLength: 2048 });
const before = { ...process.env };
let provider: Server;
let issuer = '';
let minio: S3Server;
let folder = '';

beforeAll(async () => {
  provider = createServer((request, response) => {
    const keys = [{ ...signing.publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }];
    response.end(JSON.stringify(request.url === '/keys' ? { keys } : { issuer, jwks_uri: `${issuer}/keys` }));
  });
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  minio = await startMinio({
    env: {
      MINIO_IDENTITY_OPENID_CONFIG_URL: `${issuer}/.well-known/openid-configuration`,
      MINIO_IDENTITY_OPENID_CLIENT_ID: 'backuper',
      MINIO_IDENTITY_OPENID_ROLE_POLICY: 'readwrite',
    },
  });
  await minio.createBucket('backups');
  folder = await mkdtemp(join(tmpdir(), 'credentials-'));
});

afterAll(async () => {
  await minio.stop();
  provider.closeAllConnections();
  provider.close();
  await rm(folder, { recursive: true });
});

beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  const none = join(folder, 'none');
  Object.assign(process.env, { AWS_CONFIG_FILE: none, AWS_SHARED_CREDENTIALS_FILE: none });
  process.env.AWS_EC2_METADATA_DISABLED = 'true';
});
afterEach(() => {
  process.env = { ...before };
});

let tries = 0;

/** Without credentials of its own: the AWS chain finds them. */
async function storeAndRead(): Promise<void> {
  tries += 1;
  const storage = createS3Storage({ bucket: 'backups', prefix: 'chain', endpoint: parseEndpoint(minio.endpoint) });
  await storage.put(`object-${tries}`, body);
  expect(await storage.get(`object-${tries}`, { maxBytes: 9 })).toEqual(body);
}

test('keys from the usual variables are found', async () => {
  process.env.AWS_ACCESS_KEY_ID = minio.accessKey;
  process.env.AWS_SECRET_ACCESS_KEY = minio.secretKey;
  await storeAndRead();
});

test('a profile of the usual files is found', async () => {
  const file = join(folder, 'profiles');
  const keys = `aws_access_key_id = ${minio.accessKey}\naws_secret_access_key = ${minio.secretKey}\n`;
  await writeFile(file, `[backup]\n${keys}`, { mode: 0o600 });
  Object.assign(process.env, { AWS_SHARED_CREDENTIALS_FILE: file, AWS_PROFILE: 'backup' });
  await storeAndRead();
});

test('a session works, and one that was altered is storage-credentials', async () => {
  const user = await createMinioUser(minio, anything);
  const form = 'Action=AssumeRole&Version=2011-06-15&DurationSeconds=900';
  const answer = await s3Request(user, { method: 'POST', path: '/', body: form, service: 'sts', type: 'form' });
  const field = (name: string) => new RegExp(`<${name}>([^<]+)`).exec(answer.text)?.[1] ?? '';
  process.env.AWS_ACCESS_KEY_ID = field('AccessKeyId');
  process.env.AWS_SECRET_ACCESS_KEY = field('SecretAccessKey');
  process.env.AWS_SESSION_TOKEN = field('SessionToken');
  await storeAndRead();
  process.env.AWS_SESSION_TOKEN = `${field('SessionToken')}x`;
  await expect(storeAndRead()).rejects.toMatchObject({ code: 'storage-credentials' });
});

test('a web identity of the host is exchanged for a session', async () => {
  const token = join(folder, 'token');
  await writeFile(token, webIdentity());
  const roleOf = () => /arn:minio:iam:::role\/\S+/.exec(minio.log())?.[0];
  await expect.poll(roleOf).toBeDefined(); // it may be said after the server works
  const role = roleOf() ?? '';
  Object.assign(process.env, {
    AWS_ROLE_ARN: role,
    AWS_WEB_IDENTITY_TOKEN_FILE: token,
    AWS_ENDPOINT_URL_STS: minio.endpoint,
    AWS_REGION: 'us-east-1',
  });
  await storeAndRead();
});

function webIdentity(): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer, aud: 'backuper', sub: 'repo:example/app', iat: now, exp: now + 3600 };
  const text = `${encode({ alg: 'RS256', kid: 'one', typ: 'JWT' })}.${encode(claims)}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(signing.privateKey, 'base64url')}`;
}
