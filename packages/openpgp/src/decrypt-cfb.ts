import { createCipheriv } from 'node:crypto';
import { freeMemory } from '@postgres-backuper/base/own-memory';

const BLOCK = 16;
const WORD = 4;
const ZERO_IV = Buffer.alloc(BLOCK);

/**
 * The plaintext of AES-256 in CFB mode with an IV of zeros, in memory of its own. OpenSSL decrypts CFB block by block;
 * here it encrypts all blocks of the ciphertext at once, as ECB, and each is added to the next one: a third of the time
 * (docs/decisions/openpgp.md).
 */
export function decryptCfb(encrypted: Uint8Array, key: Uint8Array): Buffer {
  const blocks = Math.ceil(encrypted.byteLength / BLOCK);
  const plain = new Uint8Array(blocks * BLOCK);
  plain.set(encrypted);
  if (blocks > 0) {
    const ecb = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
    add(ecb.update(ZERO_IV), plain, 0);
    add(ecb.update(encrypted.subarray(0, (blocks - 1) * BLOCK)), plain, BLOCK);
  }
  return Buffer.from(plain.buffer, 0, encrypted.byteLength);
}

/** Adds whole blocks to those of `plain` from `at` on, and frees their memory. */
function add(stream: Buffer, plain: Uint8Array<ArrayBuffer>, at: number): void {
  const isAligned = stream.byteOffset % WORD === 0;
  const from = isAligned ? stream : new Uint8Array(stream); // small ones are parts of a pool
  const words = new Int32Array(from.buffer, from.byteOffset, from.byteLength / WORD);
  const into = new Int32Array(plain.buffer, at, words.length);
  for (let index = 0; index < words.length; index += 1)
    into[index] = (into[index] as number) ^ (words[index] as number);
  freeMemory(stream);
}
