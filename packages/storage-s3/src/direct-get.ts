import * as http from 'node:http';
import * as https from 'node:https';
import type { S3Client } from '@aws-sdk/client-s3';
import { type Agents, checksumOf, isAtAmazon, regionOf } from './s3-client.ts';
import type { S3Settings } from './s3-settings.ts';
import { createGetSigner } from './sign-get.ts';

/**
 * The answer to a GET of an object if it is a plain success, its body not read; else undefined: the SDK asks again, and
 * knows what every other answer means. Errors: a TimeoutError; an abort.
 */
export type DirectGet = (fullKey: string, how: { readonly abortSignal: AbortSignal }) => Promise<Answer | undefined>;

export type Answer = http.IncomingMessage;

/**
 * GETs without the SDK, which takes more processor time for each (docs/decisions/storage.md): thousands of commits are read
 * one by one. Undefined for Amazon and for buckets in the host name, where the SDK finds out the address and the region.
 */
export function createDirectGet(settings: S3Settings, client: S3Client, agents: Agents): DirectGet | undefined {
  const { endpoint, bucket, connectTimeoutMs = 10_000, idleTimeoutMs = 60_000 } = settings;
  if (endpoint === undefined || isAtAmazon(settings) || settings.forcePathStyle === false) return undefined;
  if (checksumOf(settings) !== 'md5') return undefined; // the SDK checks CRC32 of bodies
  const { protocol, host, hostname, port, pathname } = new URL(endpoint.url);
  const folder = `${pathname.replace(/\/+$/, '')}/${encoded(bucket)}`;
  const place = { hostname: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? undefined : port };
  const sign = createGetSigner();
  const region = regionOf(settings);
  const isTls = protocol === 'https:';
  return async (fullKey, { abortSignal: signal }) => {
    const path = `${folder}/${fullKey.split('/').map(encoded).join('/')}`;
    const credentials = await client.config.credentials();
    const now = Date.now() + client.config.systemClockOffset; // the SDK learns it where the clocks differ
    const headers = sign({ host, path, now, region, credentials });
    const agent = isTls ? agents.httpsAgent : agents.httpAgent;
    const request = (isTls ? https : http).request({ ...place, path, headers, agent, signal });
    return answerTo(request, { connectTimeoutMs, idleTimeoutMs }, signal);
  };
}

interface TimeOuts {
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

function answerTo(
  request: http.ClientRequest,
  { connectTimeoutMs, idleTimeoutMs }: TimeOuts,
  signal: AbortSignal,
): Promise<Answer | undefined> {
  return new Promise((resolve, reject) => {
    const late = (): void => void request.destroy(Object.assign(new Error('no answer'), { name: 'TimeoutError' }));
    const connecting = setTimeout(late, connectTimeoutMs);
    const end = (settle: () => void): void => {
      clearTimeout(connecting);
      settle();
    };
    request.on('socket', (socket) => {
      if (socket.connecting) socket.once('connect', () => clearTimeout(connecting));
      else clearTimeout(connecting);
    });
    request.setTimeout(idleTimeoutMs, late);
    request.on('error', (error) =>
      end(() => (signal.aborted || error.name === 'TimeoutError' ? reject(error) : resolve(undefined))),
    );
    request.on('response', (answer) =>
      end(() => {
        if (answer.statusCode === 200) return resolve(answer);
        answer.resume(); // or its connection would not be used again
        resolve(undefined);
      }),
    );
    request.end();
  });
}

/** As the signature has it: everything but letters, digits and `-._~` as `%XX`. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}
