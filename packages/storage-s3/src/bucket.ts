import type { S3Client } from '@aws-sdk/client-s3';
import { BackuperError, locationOf } from '@postgres-backuper/base';
import { createDirectGet, type DirectGet } from './direct-get.ts';
import { agentsOf, createClient, isAtAmazon } from './s3-client.ts';
import { toStorageError } from './s3-error.ts';
import type { S3Settings } from './s3-settings.ts';

/** Deadline of a call without bytes; each byte adds its time at 64 KiB/s. */
const LEAST_DEADLINE_MS = 60_000;
const MOST_DEADLINE_MS = 3_600_000;
const SLOWEST_BYTES_PER_MS = 64;

export interface Request {
  readonly what: string;
  /** The required permission, e.g. `s3:PutObject`. */
  readonly action: string;
  /** Most bytes that it transfers. */
  readonly bytes?: number;
  readonly signal?: AbortSignal | undefined;
}

/** A folder of a bucket, and the calls to it. */
export interface Bucket {
  readonly settings: S3Settings;
  readonly location: string;
  /** Undefined: every GET is the SDK's. */
  readonly directGet: DirectGet | undefined;
  /** The full key of an object of the repository. */
  keyOf(key: string): string;
  /** Makes one call with a deadline; converts its errors to ours. */
  call<T>(request: Request, send: (client: S3Client, how: { abortSignal: AbortSignal }) => Promise<T>): Promise<T>;
}

export function openBucket(settings: S3Settings): Bucket {
  const prefix = settings.prefix.replace(/^\/+|\/+$/g, '');
  const folder = prefix === '' ? '' : `${prefix}/`;
  const repository = `s3://${settings.bucket}${prefix === '' ? '' : `/${prefix}`}`;
  const location = locationOf({ repository, endpoint: isAtAmazon(settings) ? undefined : settings.endpoint?.url });
  const agents = agentsOf(settings);
  const client = createClient(settings, { agents });
  const { accessKeyId, secretAccessKey, sessionToken } = settings.credentials ?? {};
  const secrets = [accessKeyId, secretAccessKey, sessionToken].filter((each) => each !== undefined && each !== '');
  return {
    settings,
    location,
    directGet: createDirectGet(settings, client, agents),
    keyOf: (key) => folder + key,
    async call({ what, action, bytes = 0, signal }, send) {
      signal?.throwIfAborted();
      const deadlineMs = Math.round(Math.min(LEAST_DEADLINE_MS + bytes / SLOWEST_BYTES_PER_MS, MOST_DEADLINE_MS));
      const late = AbortSignal.timeout(deadlineMs);
      try {
        return await send(client, { abortSignal: signal === undefined ? late : AbortSignal.any([signal, late]) });
      } catch (error) {
        signal?.throwIfAborted();
        if (late.aborted) throw tooSlow(what, location, deadlineMs);
        const { bucket, endpoint } = settings;
        const attempt = { what, action, location, bucket, isDefaultEndpoint: endpoint === undefined };
        throw toStorageError(error, { ...attempt, secrets: secrets as string[] });
      }
    },
  };
}

function tooSlow(what: string, location: string, deadlineMs: number): BackuperError {
  const seconds = Math.round(deadlineMs / 1000);
  return new BackuperError('storage-unreachable', `cannot ${what} in '${location}' within ${seconds} s`, {
    hint: 'check the network to the storage',
  });
}

/** The error for a response with status 200 that is not from S3, e.g. a web page; it would look like an empty repository. */
export function noAnswer({ location }: Bucket, what: string): BackuperError {
  return new BackuperError(
    'configuration-invalid',
    `what answers at '${location}' is not an S3 API: ${what} was expected`,
    {
      hint: 'give the address of the S3 API: a web console has another port',
    },
  );
}
