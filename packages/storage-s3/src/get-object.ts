import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { BackuperError, isBackuperError } from '@postgres-backuper/base';
import type { Bucket, How } from './bucket.ts';
import type { ETags } from './etags.ts';
import { listObjects } from './list-objects.ts';
import { readText } from './read-text.ts';

/** More than any server says about an error. */
const ERROR_BYTES = 64 * 1024;
const NO_SUCH_KEY = /^\s*(?:<\?xml[^<>]*\?>\s*)?<Error>.*<Code>NoSuchKey<\/Code>/s;

export interface Get {
  readonly bucket: Bucket;
  readonly etags: ETags;
  readonly key: string;
  readonly maxBytes: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Like `getObject`. For a role that may list its prefix only, servers answer 403 for a missing object too; then a listing
 * decides which it is.
 */
export async function getOrMissing(get: Get): Promise<Buffer> {
  try {
    return await getObject(get);
  } catch (error) {
    if (isBackuperError(error, 'storage-denied') && (await isMissing(get))) throw missing(get.bucket, get.key);
    throw error;
  }
}

/** The whole object; its length is compared with the one that the server announced. */
export function getObject({ bucket, etags, key, maxBytes, signal }: Get): Promise<Buffer> {
  const request = { what: `read '${key}'`, action: 's3:GetObject', bytes: maxBytes, signal };
  return bucket.attempt(request, async (how) => {
    const answer = (await directAnswer(bucket, key, how)) ?? (await answerOfSdk(bucket, key, how));
    etags.learn(answer);
    const body = answer.Body as Readable;
    const stop = () => body.destroy(new Error('aborted'));
    how.abortSignal.addEventListener('abort', stop, { once: true });
    try {
      return await readAll(body, { key, maxBytes, expected: answer.ContentLength });
    } finally {
      how.abortSignal.removeEventListener('abort', stop);
      body.destroy();
    }
  });
}

async function answerOfSdk(bucket: Bucket, key: string, how: How) {
  const { client, GetObjectCommand } = await bucket.sdk();
  return client.send(new GetObjectCommand({ Bucket: bucket.settings.bucket, Key: bucket.keyOf(key) }), how);
}

async function directAnswer(bucket: Bucket, key: string, how: How) {
  if (bucket.direct === undefined) return undefined;
  bucket.settings.onRequest?.('GetObject');
  const Body = await bucket.direct({ method: 'GET', fullKey: bucket.keyOf(key), accepts: [200, 404] }, how);
  if (Body === undefined) return undefined;
  if (Body.statusCode === 404) return void (await refuseMissing(Body, how));
  const { etag, 'content-length': length, 'x-amz-server-side-encryption': encryption } = Body.headers;
  const ContentLength = length === undefined ? undefined : Number(length);
  return { Body, ETag: etag, ContentLength, ServerSideEncryption: String(encryption ?? '') };
}

/** Errors: that of the SDK for an object that is not there. Any other 404 is the SDK's to understand. */
async function refuseMissing(answer: IncomingMessage, how: How): Promise<void> {
  const text = (await readText(answer, { ...how, maxBytes: ERROR_BYTES })) ?? '';
  if (!NO_SUCH_KEY.test(text)) return;
  const message = /<Message>([^<>]*)<\/Message>/.exec(text)?.[1] ?? '';
  throw Object.assign(new Error(message), { name: 'NoSuchKey', $metadata: { httpStatusCode: 404 } });
}

/** False if the listing cannot decide. */
async function isMissing({ bucket, etags, key, signal }: Get): Promise<boolean> {
  try {
    for await (const object of listObjects({ bucket, etags, prefix: key, signal })) return object.key !== key;
    return true;
  } catch {
    return false;
  }
}

function missing({ location }: Bucket, key: string): BackuperError {
  return new BackuperError('object-missing', `'${key}' is not in '${location}'`, {
    hint: 'verify the backup: it cannot be restored without this object',
  });
}

interface Expected {
  readonly key: string;
  readonly maxBytes: number;
  readonly expected: number | undefined;
}

async function readAll(body: Readable, { key, maxBytes, expected }: Expected): Promise<Buffer> {
  if (expected !== undefined && expected > maxBytes) throw tooLarge(key, maxBytes);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw tooLarge(key, maxBytes);
    chunks.push(chunk);
  }
  if (expected === undefined || length === expected) return Buffer.concat(chunks, length);
  throw new BackuperError('storage-unreachable', `'${key}' broke off after ${length} of ${expected} bytes`);
}

function tooLarge(key: string, maxBytes: number): BackuperError {
  return new BackuperError('object-too-large', `'${key}' has more than the ${maxBytes} bytes expected`, {
    hint: 'the object was altered or is not ours: verify the backup',
  });
}
