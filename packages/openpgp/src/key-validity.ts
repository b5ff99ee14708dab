import { BackuperError } from '@postgres-backuper/core';
import type { Key, Subkey } from 'openpgp';
import { fingerprintOf } from './read-keys.ts';

const WARN_MS = 30 * 24 * 60 * 60_000;

type Purpose = 'encrypt' | 'sign';

/** Throws key-expired or key-invalid unless `key` may be used for `purpose` at `date`; returns the (sub)key that is used. */
export async function usableKey(key: Key, purpose: Purpose, date: Date): Promise<Key | Subkey> {
  try {
    return await find(key, purpose, date);
  } catch {
    throw await whyUnusable(key, purpose, date);
  }
}

/** When `key` stops to be usable: milliseconds since 1970, or Infinity. */
export async function expiresAt(key: Key, used: Key | Subkey): Promise<number> {
  const times = await Promise.all([key.getExpirationTime(), used === key ? null : used.getExpirationTime()]);
  return Math.min(...times.map((time) => (time === null ? Number.POSITIVE_INFINITY : Number(time))));
}

/** A sentence for a key that expires within 30 days. */
export async function expiryNotice(key: Key, used: Key | Subkey, now: number): Promise<string | undefined> {
  const at = await expiresAt(key, used);
  if (at - now > WARN_MS) return undefined;
  const date = new Date(at).toISOString().slice(0, 10);
  return `key '${fingerprintOf(key)}' expires on ${date}: afterwards no backup can be made with it (old ones stay readable)`;
}

function find(key: Key, purpose: Purpose, date: Date | null): Promise<Key | Subkey> {
  return purpose === 'encrypt' ? key.getEncryptionKey(undefined, date) : key.getSigningKey(undefined, date);
}

async function whyUnusable(key: Key, purpose: Purpose, date: Date): Promise<BackuperError> {
  const name = `key '${fingerprintOf(key)}'`;
  if (await key.isRevoked().catch(() => false)) {
    return new BackuperError('key-invalid', `${name} is revoked`, {
      hint: 'make a new key pair and use its public key',
    });
  }
  // Without a date neither expiry nor a creation in the future counts.
  const timeless = await find(key, purpose, null).catch(() => undefined);
  if (timeless && timeless.getCreationTime() > date) {
    return new BackuperError('key-invalid', `${name} was made in the future (${day(timeless.getCreationTime())})`, {
      hint: 'set the clock of this machine',
    });
  }
  if (timeless) {
    const at = await expiresAt(key, timeless);
    return new BackuperError('key-expired', `${name} expired${Number.isFinite(at) ? ` on ${day(new Date(at))}` : ''}`, {
      hint: 'extend it with "gpg --quick-set-expire" and export it again, or use a new key',
    });
  }
  return new BackuperError('key-invalid', `${name} cannot ${purpose}`, {
    hint:
      purpose === 'encrypt'
        ? 'give a key with an encryption subkey, RSA of at least 2048 bits or an elliptic curve'
        : 'give a key that may sign, with its secret part',
  });
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
