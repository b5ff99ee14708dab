import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { DEDUP_SECRET_BYTES } from '../chunks/chunk-keys.ts';

/** What seals a plan and the lists of its parts: it decrypts no backup. Throws RangeError unless the secret has DEDUP_SECRET_BYTES. */
export function derivePartsKey(secret: Buffer): KeyObject {
  if (secret.length !== DEDUP_SECRET_BYTES) throw new RangeError(`a secret of ${secret.length} bytes`);
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), 'postgres-backuper parts v1', 32)));
}
