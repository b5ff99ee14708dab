import * as http from 'node:http';
import * as https from 'node:https';
import { type Agents, checksumOf, isAtAmazon, regionOf } from './connection.ts';
import type { S3Credentials, S3Settings } from './s3-settings.ts';
import { createSigner, EMPTY_SHA256 } from './sign-request.ts';

export interface DirectRequest {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  /** The full key of an object; undefined: the bucket itself. */
  readonly fullKey?: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** Names in small letters. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: { readonly bytes: Uint8Array; readonly sha256: string };
  /** The statuses that the caller understands. */
  readonly accepts: readonly number[];
}

/**
 * The answer to a request if its status is one that the caller understands, its body not read; else undefined: the SDK asks
 * again, and knows what every other answer means. Errors: a TimeoutError; an abort.
 */
export type Direct = (
  request: DirectRequest,
  how: { readonly abortSignal: AbortSignal },
) => Promise<http.IncomingMessage | undefined>;

/** Of the SDK: who asks, and by how much its server's clock differs. */
export interface Identity {
  readonly credentials: () => Promise<S3Credentials>;
  readonly clockOffsetMs: () => number;
}

/**
 * Requests without the SDK, which takes more processor time to load and for each of them (docs/decisions/storage.md).
 * Undefined for Amazon and for buckets in the host name, where the SDK finds out the address and the region.
 */
export function createDirect(settings: S3Settings, identity: Identity, agents: Agents): Direct | undefined {
  const { endpoint, bucket } = settings;
  if (endpoint === undefined || isAtAmazon(settings) || settings.forcePathStyle === false) return undefined;
  if (checksumOf(settings) !== 'md5') return undefined; // the SDK checks CRC32 of bodies
  const { protocol, host, hostname, port, pathname } = new URL(endpoint.url);
  const folder = `${pathname.replace(/\/+$/, '')}/${encoded(bucket)}`;
  const place = { hostname: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? undefined : port };
  const sign = createSigner();
  const region = regionOf(settings);
  const isTls = protocol === 'https:';
  return async ({ method, fullKey, query = {}, headers: given = {}, body, accepts }, { abortSignal: signal }) => {
    const path = fullKey === undefined ? folder : `${folder}/${fullKey.split('/').map(encoded).join('/')}`;
    const sorted = queryOf(query);
    const bodySha256 = body?.sha256 ?? EMPTY_SHA256;
    const credentials = await identity.credentials();
    const now = Date.now() + identity.clockOffsetMs();
    const signed = { method, host, path, query: sorted, headers: given, bodySha256, now, region, credentials };
    const headers = { ...sign(signed), ...(body === undefined ? {} : { 'content-length': body.bytes.length }) };
    const agent = isTls ? agents.httpsAgent : agents.httpAgent;
    const whole = sorted === '' ? path : `${path}?${sorted}`;
    const request = (isTls ? https : http).request({ ...place, method, path: whole, headers, agent, signal });
    const answer = answerTo(request, { ...settings, accepts }, signal);
    request.end(body && Buffer.from(body.bytes.buffer, body.bytes.byteOffset, body.bytes.length));
    return answer;
  };
}

interface Asked extends Pick<S3Settings, 'connectTimeoutMs' | 'idleTimeoutMs'>, Pick<DirectRequest, 'accepts'> {}

function answerTo(
  request: http.ClientRequest,
  { connectTimeoutMs = 10_000, idleTimeoutMs = 60_000, accepts }: Asked,
  signal: AbortSignal,
): Promise<http.IncomingMessage | undefined> {
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
        if (accepts.includes(answer.statusCode ?? 0)) return resolve(answer);
        answer.resume(); // or its connection would not be used again
        resolve(undefined);
      }),
    );
  });
}

function queryOf(query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const pairs = given.map(([name, value]) => `${encoded(name)}=${encoded(value)}`);
  return pairs.sort().join('&');
}

/** As the signature has it: everything but letters, digits and `-._~` as `%XX`. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}
