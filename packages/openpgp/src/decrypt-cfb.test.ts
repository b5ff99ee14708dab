import { createDecipheriv, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { decryptCfb } from './decrypt-cfb.ts';

const key = randomBytes(32);
const byOpenSsl = (bytes: Uint8Array): Buffer => createDecipheriv('aes-256-cfb', key, Buffer.alloc(16)).update(bytes);

test('bytes of every length are decrypted as OpenSSL does it', () => {
  const bytes = randomBytes(600);
  for (let length = 0; length <= bytes.length; length += 1) {
    const encrypted = bytes.subarray(0, length);
    expect(decryptCfb(encrypted, key).equals(byOpenSsl(encrypted)), `${length} bytes`).toBe(true);
  }
});

test('bytes at every place of their memory are decrypted, and stay as they are', () => {
  const memory = Buffer.from(new SharedArrayBuffer(3_000_000));
  randomBytes(memory.length).copy(memory);
  for (const at of [0, 1, 5, 16, 17, 4095]) {
    const encrypted = memory.subarray(at, at + 2_000_003);
    const before = Buffer.from(encrypted);
    expect(decryptCfb(encrypted, key).equals(byOpenSsl(encrypted)), `at ${at}`).toBe(true);
    expect(encrypted.equals(before)).toBe(true);
  }
});
