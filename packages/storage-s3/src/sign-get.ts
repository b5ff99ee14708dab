import { createHash, createHmac } from 'node:crypto';
import type { S3Credentials } from './s3-settings.ts';

/** What a signature of a GET covers. */
export interface GetToSign {
  /** `host:port` as the Host header has it. */
  readonly host: string;
  /** Already encoded, without a query. */
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly region: string;
  readonly credentials: S3Credentials;
}

const EMPTY_SHA256 = createHash('sha256').digest('hex');

/** The headers of a signed GET without a query, by AWS Signature Version 4. The key of a day is derived once. */
export function createGetSigner(): (get: GetToSign) => Readonly<Record<string, string>> {
  let derived: { readonly from: string; readonly key: Buffer } = { from: '', key: Buffer.alloc(0) };
  return ({ host, path, now, region, credentials }) => {
    const { accessKeyId, secretAccessKey, sessionToken } = credentials;
    const at = new Date(now).toISOString().replace(/\.\d{3}|[:-]/g, ''); // 20260315T021500Z
    const day = at.slice(0, 8);
    const scope = `${day}/${region}/s3/aws4_request`;
    const headers = {
      host,
      'x-amz-content-sha256': EMPTY_SHA256,
      'x-amz-date': at,
      ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
    };
    const names = Object.keys(headers).join(';');
    const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
    const request = ['GET', path, '', lines.join(''), names, EMPTY_SHA256].join('\n');
    const from = `${scope} ${secretAccessKey}`;
    if (derived.from !== from) derived = { from, key: keyOf(secretAccessKey, [day, region, 's3', 'aws4_request']) };
    const digest = createHash('sha256').update(request).digest('hex');
    const signature = hmac(derived.key, `AWS4-HMAC-SHA256\n${at}\n${scope}\n${digest}`).toString('hex');
    const credential = `Credential=${accessKeyId}/${scope}`;
    return {
      ...headers,
      authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names}, Signature=${signature}`,
    };
  };
}

function keyOf(secret: string, parts: readonly string[]): Buffer {
  return parts.reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secret}`, 'utf8'));
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
