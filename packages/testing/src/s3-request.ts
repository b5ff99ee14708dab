import { createHash, createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

export interface S3Account {
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

export interface S3Request {
  readonly method: string;
  /** Begins with '/'; percent-encoded. */
  readonly path: string;
  /** Sorted by name, percent-encoded. */
  readonly query?: string;
  readonly body?: string | Uint8Array;
  /** `s3` by default. */
  readonly service?: string;
  /** `form` for calls of STS. */
  readonly type?: 'form';
  /** Sent besides, not signed. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request signed by hand (AWS Signature Version 4), so that tests do not set up a server with the code under test. */
export async function s3Request(account: S3Account, request: S3Request): Promise<{ status: number; text: string }> {
  const { method, path, query = '', body = '', service = 's3' } = request;
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const host = new URL(account.endpoint).host;
  const digest = sha256(body);
  const head = `host:${host}\nx-amz-content-sha256:${digest}\nx-amz-date:${date}\n`;
  const names = 'host;x-amz-content-sha256;x-amz-date';
  const scope = `${date.slice(0, 8)}/us-east-1/${service}/aws4_request`;
  const toSign = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256([method, path, query, head, names, digest].join('\n'))}`;
  const key = scope.split('/').reduce<Buffer | string>((at, part) => hmac(at, part), `AWS4${account.secretKey}`);
  const signature = hmac(key, toSign).toString('hex');
  const credential = `${account.accessKey}/${scope}`;
  const answer = await fetch(`${account.endpoint}${path}${query === '' ? '' : `?${query}`}`, {
    method,
    headers: {
      ...request.headers,
      'x-amz-date': date,
      ...(request.type === 'form' ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      'x-amz-content-sha256': digest,
      authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`,
    },
    ...(method === 'GET' ? {} : { body: body }),
  });
  return { status: answer.status, text: await answer.text() };
}

/** Waits up to 20 s while the server is not ready yet; throws with its answer when it refuses. */
export async function createBucket(account: S3Account, name: string): Promise<void> {
  const make = () => s3Request(account, { method: 'PUT', path: `/${name}` });
  let { status, text } = await make();
  for (let tries = 0; status === 503 && tries < 100; tries++) {
    await sleep(200); // MinIO calls itself ready a moment before it takes buckets
    ({ status, text } = await make());
  }
  if (status !== 200) throw new Error(`bucket ${name} cannot be made: ${status} ${text}`);
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
