import { createHmac } from 'node:crypto';
import type { S3Server } from '@postgres-backuper/testing';

/** A token for MinIO's metrics, as `mc admin prometheus generate` makes it. */
export function prometheusToken({ accessKey, secretKey }: S3Server): string {
  const claims = { exp: Math.floor(Date.now() / 1000) + 600, sub: accessKey, iss: 'prometheus' };
  const parts = [{ alg: 'HS512', typ: 'JWT' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const signature = createHmac('sha512', secretKey).update(parts.join('.')).digest('base64url');
  return [...parts, signature].join('.');
}
