import { createHash, createHmac } from 'node:crypto';
import type { S3Credentials } from './s3-settings.ts';

/** What a signature covers. */
export interface RequestToSign {
  readonly method: string;
  /** `host:port` as the Host header has it. */
  readonly host: string;
  /** Already encoded, without the query. */
  readonly path: string;
  /** Already encoded and in order; '' for none. */
  readonly query: string;
  /** Headers besides those of the signature, with names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  /** SHA-256 of the body, as hexadecimal digits. */
  readonly bodySha256: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly region: string;
  readonly credentials: S3Credentials;
}

export const EMPTY_SHA256 = createHash('sha256').digest('hex');

/** All headers of a signed request, by AWS Signature Version 4. The key of a day is derived once. */
export function createSigner(): (request: RequestToSign) => Readonly<Record<string, string>> {
  let derived: { readonly from: string; readonly key: Buffer } = { from: '', key: Buffer.alloc(0) };
  return ({ now, region, credentials: { accessKeyId, secretAccessKey, sessionToken }, ...request }) => {
    const at = new Date(now).toISOString().replace(/\.\d{3}|[:-]/g, ''); // 20260315T021500Z
    const day = at.slice(0, 8);
    const scope = `${day}/${region}/s3/aws4_request`;
    const headers = signedHeaders(request, at, sessionToken);
    const from = `${scope} ${secretAccessKey}`;
    if (derived.from !== from) derived = { from, key: keyOf(secretAccessKey, [day, region, 's3', 'aws4_request']) };
    const digest = createHash('sha256').update(canonical(request, headers)).digest('hex');
    const signature = hmac(derived.key, `AWS4-HMAC-SHA256\n${at}\n${scope}\n${digest}`).toString('hex');
    const signed = `SignedHeaders=${Object.keys(headers).join(';')}`;
    const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, ${signed}, Signature=${signature}`;
    return { ...headers, authorization };
  };
}

type Signable = Omit<RequestToSign, 'now' | 'region' | 'credentials'>;

/** In the order of their names. */
function signedHeaders({ host, headers, bodySha256 }: Signable, at: string, token: string | undefined) {
  const all = {
    ...headers,
    host,
    'x-amz-content-sha256': bodySha256,
    'x-amz-date': at,
    ...(token === undefined ? {} : { 'x-amz-security-token': token }),
  };
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function canonical({ method, path, query, bodySha256 }: Signable, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  return [method, path, query, lines.join(''), Object.keys(headers).join(';'), bodySha256].join('\n');
}

function keyOf(secret: string, parts: readonly string[]): Buffer {
  return parts.reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secret}`, 'utf8'));
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
