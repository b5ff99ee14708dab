import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Storage } from '@postgres-backuper/repository';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { parseEndpoint } from './endpoint.ts';
import { createS3Storage } from './s3-storage.ts';

// What servers do that cannot be run here (Amazon, R2, B2, GCS, …), replayed answer by answer.

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
let server: Server | undefined;

/** The SDK takes long to load: not within the time of a test. */
beforeAll(() => import('./sdk.ts'), 60_000);

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A storage whose server answers by the first part of the table whose name, `METHOD query`, matches the request. */
async function against(table: Record<string, Answer>): Promise<{ storage: Storage; seen: string[] }> {
  const seen: string[] = [];
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      const { search } = new URL(request.url ?? '', 'http://x');
      seen.push(
        `${request.method}${search.includes('list-type') ? ' list' : search.includes('delete') ? ' delete' : ''}`,
      );
      (table[seen.at(-1) as string] ?? deny)(request, response);
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const endpoint = parseEndpoint(`127.0.0.1:${(server.address() as AddressInfo).port}`);
  const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
  return { storage: createS3Storage({ bucket: 'b', prefix: 'p', endpoint, credentials }), seen };
}

function error(status: number, code: string): Answer {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/xml' });
    response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>said by the server</Message></Error>`);
  };
}

const deny = error(403, 'AccessDenied');

function listing(keys: readonly string[], token?: string): Answer {
  const contents = keys.map((key) => `<Contents><Key>${key}</Key><Size>4</Size></Contents>`).join('');
  const more =
    token === undefined ? 'false' : `true</IsTruncated><NextContinuationToken>${token}</NextContinuationToken>`;
  const end = token === undefined ? '</IsTruncated>' : '';
  return (_, response) =>
    response.end(`<ListBucketResult><Name>b</Name><IsTruncated>${more}${end}${contents}</ListBucketResult>`);
}

const ok: Answer = (_, response) => response.writeHead(200, { etag: '"abc"' }).end();
const body = Buffer.from('body');

test('a 403 for a missing object, as Amazon answers under a condition on the prefix, is object-missing', async () => {
  const { storage } = await against({ GET: deny, 'GET list': listing(['p/a-other']) });
  await expect(storage.get('a', { maxBytes: 9 })).rejects.toMatchObject({ code: 'object-missing' });
});

test('a 403 for an object that is listed, or where the listing is denied too, is storage-denied', async () => {
  const listed = await against({ GET: deny, 'GET list': listing(['p/a']) });
  await expect(listed.storage.get('a', { maxBytes: 9 })).rejects.toMatchObject({ code: 'storage-denied' });
  server?.close();
  const blind = await against({ GET: deny });
  await expect(blind.storage.get('a', { maxBytes: 9 })).rejects.toMatchObject({ code: 'storage-denied' });
});

test('a server that does not know If-None-Match is asked without it, once the SDK has been told so too', async () => {
  const conditions: unknown[] = [];
  const put: Answer = (request, response) => {
    conditions.push(request.headers['if-none-match']);
    (request.headers['if-none-match'] === undefined ? ok : error(501, 'NotImplemented'))(request, response);
  };
  const { storage } = await against({ PUT: put });
  await storage.put('a', body);
  await storage.put('b', body);
  expect(conditions).toEqual(['*', '*', undefined, undefined]);
});

test('a put is one plain request with Content-MD5 and without trailers', async () => {
  let headers: IncomingMessage['headers'] = {};
  const put: Answer = (request, response) => {
    headers = request.headers;
    ok(request, response);
  };
  const { storage } = await against({ PUT: put });
  await storage.put('a', body);
  expect(headers).toMatchObject({
    'content-length': '4',
    'content-md5': createHash('md5').update(body).digest('base64'),
  });
  expect(Object.keys(headers).filter((name) => /trailer|checksum|encoding/.test(name))).toEqual([]);
});

test('a server that does not know DeleteObjects is asked for each object', async () => {
  const { storage, seen } = await against({
    'POST delete': error(501, 'NotImplemented'),
    DELETE: (_, response) => response.writeHead(204).end(),
  });
  const keys = Array.from({ length: 17 }, (_, index) => `a${index}`);
  await storage.remove(keys);
  expect(seen).toEqual(['POST delete', ...keys.map(() => 'DELETE')]);
});

test('DeleteObjects carries Content-MD5, and what it could not remove is an error', async () => {
  let headers: IncomingMessage['headers'] = {};
  const refuse: Answer = (request, response) => {
    headers = request.headers;
    const denied = '<Error><Key>p/a</Key><Code>AccessDenied</Code><Message>no</Message></Error>';
    response.end(`<DeleteResult>${denied}</DeleteResult>`);
  };
  const { storage } = await against({ 'POST delete': refuse });
  await expect(storage.remove(['a'])).rejects.toMatchObject({ code: 'storage-denied' });
  expect(headers['content-md5']).toMatch(/==$/);
  expect(headers).not.toHaveProperty('x-amz-checksum-crc32');
});

test('empty pages are no end, and a listing that turns in a circle is storage-failed', async () => {
  const pages = [listing([], 'one'), listing(['p/a'], 'two'), listing([])];
  const empty = await against({ 'GET list': (...both) => pages.shift()?.(...both) });
  const keys: string[] = [];
  for await (const { key } of empty.storage.list('')) keys.push(key);
  expect(keys).toEqual(['a']);
  server?.close();
  const circle = await against({ 'GET list': listing([], 'same') });
  await expect(circle.storage.list('')[Symbol.asyncIterator]().next()).rejects.toMatchObject({
    code: 'storage-failed',
  });
});

test('a listing out of order is storage-failed', async () => {
  const { storage } = await against({ 'GET list': listing(['p/b', 'p/a']) });
  const read = async () => {
    for await (const _ of storage.list(''));
  };
  await expect(read()).rejects.toMatchObject({ code: 'storage-failed' });
});

test('a body that breaks off is storage-unreachable: try again', async () => {
  const cut: Answer = (_, response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('only this');
    setTimeout(() => response.destroy(), 50);
  };
  const { storage } = await against({ GET: cut });
  const failed = expect(storage.get('a', { maxBytes: 2000 })).rejects;
  await failed.toMatchObject({ code: 'storage-unreachable', exitStatus: 75 });
});
