import type { S3Client } from '@aws-sdk/client-s3';
import { BackuperError, locationOf } from '@postgres-backuper/base';
import { type Agents, agentsOf, isAtAmazon } from './connection.ts';
import { createDirect, type Direct, type Identity } from './direct.ts';
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
  /** Undefined: every request is the SDK's. */
  readonly direct: Direct | undefined;
  /** The full key of an object of the repository. */
  keyOf(key: string): string;
  /** The SDK with its client, which are loaded at the first call. */
  sdk(): Promise<LoadedSdk>;
  /** Makes one call with a deadline; converts its errors to ours. */
  call<T>(request: Request, send: (client: S3Client, how: How) => Promise<T>): Promise<T>;
  /** The same for a call that may do without the SDK. */
  attempt<T>(request: Request, send: (how: How) => Promise<T>): Promise<T>;
}

export interface How {
  readonly abortSignal: AbortSignal;
}

export type LoadedSdk = typeof import('./sdk.ts') & { readonly client: S3Client };

export function openBucket(settings: S3Settings): Bucket {
  const prefix = settings.prefix.replace(/^\/+|\/+$/g, '');
  const folder = prefix === '' ? '' : `${prefix}/`;
  const repository = `s3://${settings.bucket}${prefix === '' ? '' : `/${prefix}`}`;
  const location = locationOf({ repository, endpoint: isAtAmazon(settings) ? undefined : settings.endpoint?.url });
  const agents = agentsOf(settings);
  const sdk = createSdk(settings, agents);
  const { accessKeyId, secretAccessKey, sessionToken } = settings.credentials ?? {};
  const secrets = [accessKeyId, secretAccessKey, sessionToken].filter((each) => each !== undefined && each !== '');
  const attempt: Bucket['attempt'] = async ({ what, action, bytes = 0, signal }, send) => {
    signal?.throwIfAborted();
    const deadlineMs = Math.round(Math.min(LEAST_DEADLINE_MS + bytes / SLOWEST_BYTES_PER_MS, MOST_DEADLINE_MS));
    const late = AbortSignal.timeout(deadlineMs);
    try {
      return await send({ abortSignal: signal === undefined ? late : AbortSignal.any([signal, late]) });
    } catch (error) {
      signal?.throwIfAborted();
      if (late.aborted) throw tooSlow(what, location, deadlineMs);
      const { bucket, endpoint } = settings;
      const about = { what, action, location, bucket, isDefaultEndpoint: endpoint === undefined };
      throw toStorageError(error, { ...about, secrets: secrets as string[] });
    }
  };
  return {
    settings,
    location,
    direct: createDirect(settings, sdk.identity, agents),
    keyOf: (key) => folder + key,
    sdk: sdk.load,
    attempt,
    call: (request, send) => attempt(request, async (how) => send((await sdk.load()).client, how)),
  };
}

function createSdk(settings: S3Settings, agents: Agents) {
  const { credentials } = settings;
  let client: S3Client | undefined;
  const start = async (): Promise<LoadedSdk> => {
    const sdk = await import('./sdk.ts');
    client = sdk.createClient(settings, { agents });
    return { ...sdk, client };
  };
  let loaded: Promise<LoadedSdk> | undefined;
  const load = (): Promise<LoadedSdk> => {
    loaded ??= start();
    return loaded;
  };
  const identity: Identity = {
    credentials: async () => credentials ?? (await load()).client.config.credentials(),
    clockOffsetMs: () => client?.config.systemClockOffset ?? 0, // learnt where the clocks differ
  };
  return { load, identity };
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
