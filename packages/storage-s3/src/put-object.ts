import { createHash } from 'node:crypto';
import type { PutObjectCommand, PutObjectCommandInput } from '@aws-sdk/client-s3';
import { BackuperError, isBackuperError } from '@postgres-backuper/base';
import type { PutOptions, StoredObject } from '@postgres-backuper/repository';
import { type Bucket, type How, noAnswer } from './bucket.ts';
import { checksumOf } from './connection.ts';
import type { ETags } from './etags.ts';
import { getObject } from './get-object.ts';
import { listObjects } from './list-objects.ts';
import type { S3Settings } from './s3-settings.ts';

const CONTENT_TYPE = 'application/octet-stream';
/** Smaller objects cost more in a storage class other than the standard one, bytes. */
const SMALL = 128 * 1024;

export interface Put extends PutOptions {
  readonly bucket: Bucket;
  readonly etags: ETags;
  readonly key: string;
  readonly body: Uint8Array;
  /** Whether the server supports If-None-Match; set to false when it rejects it. */
  readonly conditions: { areKnown: boolean };
}

/** Creates an object. If the key exists, bytes are compared: an earlier try of ours may have succeeded. */
export async function putObject(put: Put): Promise<void> {
  const md5 = put.md5 ?? createHash('md5').update(put.body).digest('hex');
  const outcome = put.conditions.areKnown ? await tryPut(put, md5, true) : 'unconditional';
  if (outcome === 'exists') await compare(put, md5);
  if (outcome !== 'unconditional') return;
  await tryPut(put, md5, false);
  put.conditions.areKnown = false;
}

type Outcome = 'stored' | 'exists' | 'unconditional';

function tryPut(put: Put, md5: string, isConditional: boolean): Promise<Outcome> {
  const { bucket, key, body, signal } = put;
  const action = bucket.settings.tags === undefined ? 's3:PutObject' : 's3:PutObject, s3:PutObjectTagging';
  return bucket.attempt({ what: `store '${key}'`, action, bytes: body.length, signal }, async (how) => {
    const direct = isConditional ? await putDirectly(put, md5, how) : undefined;
    if (direct !== undefined) return direct;
    const { client, PutObjectCommand } = await bucket.sdk();
    try {
      const command = new PutObjectCommand(inputOf(put, md5, isConditional));
      if (put.sha256 !== undefined) signWith(command, put.sha256);
      const stored = await client.send(command, how);
      if (stored.ETag === undefined) throw noAnswer(bucket, 'an ETag');
      put.etags.learn(stored, md5);
      return 'stored';
    } catch (error) {
      const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
      if ($metadata?.httpStatusCode === 412) return 'exists';
      if (isConditional && name === 'NotImplemented') return 'unconditional';
      throw error;
    }
  });
}

/** Undefined: the SDK must ask. */
async function putDirectly({ bucket, etags, key, body, ...put }: Put, md5: string, how: How) {
  const { direct, settings } = bucket;
  if (direct === undefined || Object.values(optionalInput(settings, body.length)).some((each) => each !== undefined))
    return undefined;
  settings.onRequest?.('PutObject');
  const sha256 = put.sha256 ?? createHash('sha256').update(body).digest('hex');
  const headers = {
    'content-type': CONTENT_TYPE,
    'content-md5': Buffer.from(md5, 'hex').toString('base64'),
    'if-none-match': '*',
  };
  const object = { fullKey: bucket.keyOf(key), headers, body: { bytes: body, sha256 } };
  const answer = await direct({ method: 'PUT', ...object, accepts: [200, 412] }, how);
  answer?.resume();
  if (answer?.statusCode === 412) return 'exists';
  const { etag, 'x-amz-server-side-encryption': encryption } = answer?.headers ?? {};
  if (etag === undefined) return undefined;
  etags.learn({ ETag: etag, ServerSideEncryption: String(encryption ?? '') }, md5);
  return 'stored';
}

/** The signature includes the SHA-256 of the body: a known one is not computed again. */
function signWith(command: PutObjectCommand, sha256: string): void {
  command.middlewareStack.add(
    (next) => (args) => {
      (args.request as { headers: Record<string, string> }).headers['x-amz-content-sha256'] = sha256;
      return next(args);
    },
    { step: 'build', name: 'signWithKnownDigest' },
  );
}

function inputOf({ bucket, key, body }: Put, md5: string, isConditional: boolean): PutObjectCommandInput {
  const { settings } = bucket;
  return {
    Bucket: settings.bucket,
    Key: bucket.keyOf(key),
    Body: Buffer.from(body.buffer, body.byteOffset, body.length), // a buffer, never a stream: no aws-chunked, and retried whole
    ContentLength: body.length,
    ContentType: CONTENT_TYPE,
    ...(isConditional ? { IfNoneMatch: '*' } : {}),
    ...(checksumOf(settings) === 'md5' ? { ContentMD5: Buffer.from(md5, 'hex').toString('base64') } : {}),
    ...optionalInput(settings, body.length),
  };
}

function optionalInput(settings: S3Settings, sizeBytes: number): Partial<PutObjectCommandInput> {
  const { sse, sseKmsKeyId, storageClass, tags } = settings;
  return {
    ServerSideEncryption: sse,
    SSEKMSKeyId: sseKmsKeyId,
    ...(storageClass === undefined || sizeBytes < SMALL
      ? {}
      : { StorageClass: storageClass as NonNullable<PutObjectCommandInput['StorageClass']> }),
    Tagging: tags && new URLSearchParams(tags).toString(),
  };
}

/** Compares by the listing, which works without permission to read; by reading if the listing has no MD5. */
async function compare(put: Put, md5: string): Promise<void> {
  const { bucket, etags, key, body, signal } = put;
  const [listed] = await firstOf(listObjects({ bucket, etags, prefix: key, signal }));
  const isListed = listed?.key === key;
  if (isListed && listed.sizeBytes !== body.length) throw exists(put);
  if (isListed && listed.md5 === md5) return;
  const stored = await getObject({ bucket, etags, key, maxBytes: body.length, signal }).catch((error: unknown) => {
    if (isBackuperError(error, 'object-too-large')) throw exists(put);
    // A different MD5 is enough for a role that may not read; with SSE-KMS no MD5 is listed.
    if (isBackuperError(error, 'storage-denied') && isListed && listed.md5 !== undefined) throw exists(put);
    throw error;
  });
  if (Buffer.compare(stored, body) !== 0) throw exists(put);
}

async function firstOf(objects: AsyncIterable<StoredObject>): Promise<StoredObject[]> {
  for await (const object of objects) return [object];
  return [];
}

function exists({ bucket, key }: Put): BackuperError {
  return new BackuperError('object-exists', `'${key}' exists in '${bucket.location}' with other content`, {
    hint: 'nothing stored is ever overwritten: run the command again, it takes another label',
  });
}
