import { expect, test } from 'vitest';
import type { Cipher } from '../cipher.ts';
import { createSealers } from './sealers.ts';

const SEGMENT_BYTES = 1024;
const cipher = { encrypt: async (bytes: Uint8Array) => bytes, envelope: async () => undefined } as unknown as Cipher;

test('the bytes of one segment are sealed before a thread starts, and all others in threads', async () => {
  const threads = { program: '/is-not-there.cjs', count: 3 };
  const sealers = createSealers(cipher, { threads, segmentBytes: SEGMENT_BYTES });
  expect(sealers.count).toBe(3);
  const seal = (sizeBytes: number) => sealers.seal({ plaintext: new Uint8Array(sizeBytes), md5: false, level: 1 });
  await seal(SEGMENT_BYTES / 2);
  expect((await seal(SEGMENT_BYTES / 2)).sha256).toMatch(/^[0-9a-f]{64}$/);
  await expect(seal(1)).rejects.toThrow(/is-not-there/);
  await sealers.close();
});

test('a segment that is larger than the rest of that room is sealed in a thread', async () => {
  const threads = { program: '/is-not-there.cjs', count: 1 };
  const sealers = createSealers(cipher, { threads, segmentBytes: SEGMENT_BYTES });
  const seal = (sizeBytes: number) => sealers.seal({ plaintext: new Uint8Array(sizeBytes), md5: false, level: 1 });
  await seal(1);
  await expect(seal(SEGMENT_BYTES)).rejects.toThrow(/is-not-there/);
  await sealers.close();
});
