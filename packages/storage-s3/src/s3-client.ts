import { createHash } from 'node:crypto';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type Agents, agentsOf, checksumOf, isAtAmazon, regionOf } from './connection.ts';
import type { S3Settings } from './s3-settings.ts';

/**
 * A client with time-outs: the defaults of the SDK have none. `isAnonymous`: without the key, as anybody. `agents`: whose
 * connections it uses.
 */
export function createClient(
  settings: S3Settings,
  { isAnonymous = false, agents = agentsOf(settings) }: { isAnonymous?: boolean; agents?: Agents } = {},
): S3Client {
  const { credentials, endpoint } = settings;
  const checksums = checksumOf(settings) === 'crc32' ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED';
  const isAmazon = isAtAmazon(settings);
  const config: S3ClientConfig = {
    region: regionOf(settings),
    forcePathStyle: settings.forcePathStyle ?? !isAmazon,
    followRegionRedirects: isAmazon,
    requestChecksumCalculation: checksums,
    responseChecksumValidation: checksums,
    maxAttempts: 2, // the second one corrects a clock that is off; patience is the business of `retrying`
    requestHandler: handlerOf(settings, agents),
    ...(endpoint === undefined ? {} : { endpoint: endpoint.url }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(isAnonymous ? { signer: { sign: async (request) => request } } : {}),
  };
  const client = new S3Client(config);
  if (checksumOf(settings) === 'md5') guardByMd5(client);
  if (settings.onRequest !== undefined) countRequests(client, settings.onRequest);
  return client;
}

function handlerOf({ connectTimeoutMs = 10_000, idleTimeoutMs = 60_000 }: S3Settings, agents: Agents): NodeHttpHandler {
  return new NodeHttpHandler({
    connectionTimeout: connectTimeoutMs,
    socketTimeout: idleTimeoutMs,
    throwOnRequestTimeout: true,
    ...agents,
  });
}

/** Calls whose body must have a checksum. */
const GUARDED = ['DeleteObjectsCommand', 'PutBucketLifecycleConfigurationCommand', 'PutBucketVersioningCommand'];

/** The SDK sends only CRC32 with these, which many servers refuse or do not support. */
function guardByMd5(client: S3Client): void {
  client.middlewareStack.add(
    (next, context) => (args) => {
      const request = args.request as { headers: Record<string, string>; body?: string | Uint8Array };
      if (GUARDED.includes(String(context.commandName)) && request.body !== undefined) {
        for (const name of Object.keys(request.headers)) {
          if (/^x-amz-(checksum|sdk-checksum)-/i.test(name)) delete request.headers[name];
        }
        request.headers['content-md5'] = createHash('md5').update(request.body).digest('base64');
      }
      return next(args);
    },
    { step: 'build', priority: 'low', name: 'guardByMd5' },
  );
}

function countRequests(client: S3Client, onRequest: (operation: string) => void): void {
  client.middlewareStack.add(
    (next, context) => (args) => {
      onRequest(String(context.commandName).replace(/Command$/, ''));
      return next(args);
    },
    { step: 'deserialize', priority: 'low', name: 'countRequests' },
  );
}
