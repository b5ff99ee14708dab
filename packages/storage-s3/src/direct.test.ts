import { createHash } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { parseEndpoint } from './endpoint.ts';
import type { S3Settings } from './s3-settings.ts';
import { createS3Storage } from './s3-storage.ts';

let server: Server | undefined;

/** The SDK takes long to load: not within the time of a test. */
beforeAll(() => import('./sdk.ts'), 60_000);

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A storage whose server answers one request after another; `agents`: the User-Agent of each, which only the SDK sends. */
async function answering(answers: ((response: ServerResponse) => unknown)[], settings: Partial<S3Settings> = {}) {
  const seen: { readonly url: string | undefined; readonly isSdk: boolean }[] = [];
  server = createServer(({ url, headers }, response) => {
    seen.push({ url, isSdk: headers['user-agent'] !== undefined });
    (answers.shift() ?? fail)(response);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const endpoint = parseEndpoint(`127.0.0.1:${(server.address() as AddressInfo).port}/gateway`);
  const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
  return { storage: createS3Storage({ bucket: 'b', prefix: 'p', endpoint, credentials, ...settings }), seen };
}

/** Reads all keys of a listing. */
async function keysOf(listing: AsyncIterable<{ readonly key: string }>): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of listing) keys.push(key);
  return keys;
}

const LISTING =
  '<ListBucketResult><Name>b</Name><IsTruncated>false</IsTruncated><Contents><Key>p/a</Key><Size>4</Size></Contents></ListBucketResult>';
const body = Buffer.from('body');
const ETAG = `"${createHash('md5').update(body).digest('hex')}"`;
const ok = (response: ServerResponse): void => void response.end('body');
const fail = (response: ServerResponse): void => void response.writeHead(400).end();
const reset = (response: ServerResponse): void => void response.destroy();

test('an object that is there takes one request, without the SDK', async () => {
  const { storage, seen } = await answering([ok]);
  expect(String(await storage.get('a=2Fb/c', { maxBytes: 9 }))).toBe('body');
  expect(seen).toEqual([{ url: '/gateway/b/p/a%3D2Fb/c', isSdk: false }]);
});

test.each([
  ['answer other than 200', fail],
  ['connection that breaks', reset],
])('after an %s the SDK asks again', async (_, first) => {
  const { storage, seen } = await answering([first, ok]);
  expect(String(await storage.get('a', { maxBytes: 9 }))).toBe('body');
  expect(seen.map(({ isSdk }) => isSdk)).toEqual([false, true]);
});

test.each([
  ['before its answer', () => undefined],
  ['in the middle of a body', (response: ServerResponse) => void response.write('bo')],
])('a server that is silent %s is storage-unreachable, and is not asked again', async (_, stall) => {
  const { storage, seen } = await answering([stall], { idleTimeoutMs: 200 });
  await expect(storage.get('a', { maxBytes: 9 })).rejects.toMatchObject({ code: 'storage-unreachable' });
  expect(seen).toHaveLength(1);
});

const missing =
  (code: string) =>
  (response: ServerResponse): void =>
    void response
      .writeHead(404)
      .end(`<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>said</Message></Error>`);

test('an object that is not there takes one request, without the SDK', async () => {
  const { storage, seen } = await answering([missing('NoSuchKey')]);
  await expect(storage.get('a', { maxBytes: 9 })).rejects.toMatchObject({
    code: 'object-missing',
    message: expect.stringMatching(/^cannot read 'a' in 's3:\/\/b\/p .*': NoSuchKey, HTTP 404: said$/),
  });
  expect(seen.map(({ isSdk }) => isSdk)).toEqual([false]);
});

test.each([
  ['of a bucket that is missing', missing('NoSuchBucket')],
  ['without a reason', (response: ServerResponse) => void response.writeHead(404).end()],
  ['of a web page', (response: ServerResponse) => void response.writeHead(404).end('<html>NoSuchKey</html>')],
])('after a 404 %s the SDK asks again', async (_, first) => {
  const { storage, seen } = await answering([first, missing('NoSuchKey')]);
  await expect(storage.get('a', { maxBytes: 9 })).rejects.toMatchObject({
    code: 'object-missing',
    message: expect.stringMatching(/: NoSuchKey, HTTP 404: said$/),
  });
  expect(seen.map(({ isSdk }) => isSdk)).toEqual([false, true]);
});

test('an object with more bytes than expected is object-too-large', async () => {
  const { storage } = await answering([ok]);
  await expect(storage.get('a', { maxBytes: 3 })).rejects.toMatchObject({ code: 'object-too-large' });
});

test('an abort ends the request with its reason', async () => {
  const control = new AbortController();
  const { storage } = await answering([() => control.abort(new Error('stopped'))]);
  await expect(storage.get('a', { maxBytes: 9, signal: control.signal })).rejects.toThrow('stopped');
});

test.each([
  ['a bucket in the host name', { forcePathStyle: false, endpoint: parseEndpoint('http://s3.localhost:1') }],
  ['checksums by CRC32', { checksum: 'crc32' as const }],
])('with %s the SDK asks alone', async (_, settings) => {
  const { storage, seen } = await answering([fail, fail], settings);
  await expect(storage.get('a', { maxBytes: 9 })).rejects.toThrow();
  expect(seen.every(({ isSdk }) => isSdk)).toBe(true);
});

const stored = (response: ServerResponse): void => void response.writeHead(200, { etag: ETAG }).end();
const listed = (response: ServerResponse): void => void response.end(LISTING);
const removed = (response: ServerResponse): void => void response.writeHead(204).end();
const exists = (response: ServerResponse): void => void response.writeHead(412).end();

test('an object is stored, listed and removed by one request each, without the SDK', async () => {
  const { storage, seen } = await answering([stored, listed, removed]);
  await storage.put('a', body);
  expect(await keysOf(storage.list(''))).toEqual(['a']);
  await storage.remove(['a']);
  expect(seen.map(({ isSdk }) => isSdk)).toEqual([false, false, false]);
  expect(seen.map(({ url }) => url)).toEqual([
    '/gateway/b/p/a',
    '/gateway/b?list-type=2&prefix=p%2F',
    '/gateway/b/p/a',
  ]);
});

test.each([
  ['an answer without an ETag', (response: ServerResponse) => void response.end()],
  ['a refusal', fail],
  ['a broken connection', reset],
])('after %s to a put the SDK stores the object', async (_, first) => {
  const { storage, seen } = await answering([first, stored]);
  await storage.put('a', body);
  expect(seen.map(({ isSdk }) => isSdk)).toEqual([false, true]);
});

test('a key that exists is compared with the bytes, and no other request stores it', async () => {
  const { storage, seen } = await answering([exists, listed, ok]);
  await storage.put('a', body);
  expect(seen.map(({ url }) => url)).toEqual([
    '/gateway/b/p/a',
    '/gateway/b?list-type=2&prefix=p%2Fa',
    '/gateway/b/p/a',
  ]);
  const other = await answering([exists, listed, (response) => void response.end('BODY')]);
  await expect(other.storage.put('a', body)).rejects.toMatchObject({ code: 'object-exists' });
});

test.each([
  ['that is no listing', ok],
  ['that breaks off', (response: ServerResponse) => void response.writeHead(200, { 'content-length': 999 }).write('<')],
  ['with a refusal', fail],
])('after an answer %s the SDK lists', async (what, first) => {
  const breaking = (response: ServerResponse): void => {
    first(response);
    if (what === 'that breaks off') setImmediate(() => response.destroy());
  };
  const { storage, seen } = await answering([breaking, listed]);
  expect(await keysOf(storage.list(''))).toEqual(['a']);
  expect(seen.map(({ isSdk }) => isSdk)).toEqual([false, true]);
});

test('tags, which only the SDK sends, make it store', async () => {
  const { storage, seen } = await answering([stored], { tags: { team: 'data' } });
  await storage.put('a', body);
  expect(seen.map(({ isSdk }) => isSdk)).toEqual([true]);
});

test('a few objects are removed one by one, without the SDK; after a refusal it removes all of them', async () => {
  const keys = Array.from({ length: 10 }, (_, index) => `a${index}`);
  const { storage, seen } = await answering(keys.map(() => removed));
  await storage.remove(keys);
  expect(seen.map(({ isSdk }) => isSdk)).toEqual(keys.map(() => false));
  const refused = await answering([removed, fail, (response) => void response.end('<DeleteResult></DeleteResult>')]);
  await refused.storage.remove(keys.slice(0, 2));
  expect(refused.seen.map(({ isSdk }) => isSdk)).toEqual([false, false, true]);
});
