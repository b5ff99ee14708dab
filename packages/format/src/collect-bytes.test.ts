import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { collectBytes } from './collect-bytes.ts';

const MIB = 1024 * 1024;

test.each([0, 1, 4 * MIB - 1, 4 * MIB, 4 * MIB + 1, 9 * MIB])('%i bytes come back as they came', async (length) => {
  const bytes = randomBytes(length);
  const chunks = async function* () {
    for (let at = 0; at < length; at += 700_001) yield bytes.subarray(at, at + 700_001);
  };
  expect((await collectBytes(chunks())).equals(bytes)).toBe(true);
});

test('a chunk may be larger than a block, and an error of the stream is the answer', async () => {
  const bytes = randomBytes(9 * MIB);
  const whole = async function* () {
    yield bytes;
  };
  expect((await collectBytes(whole())).equals(bytes)).toBe(true);
  const broken = async function* () {
    yield bytes;
    throw new Error('broken');
  };
  await expect(collectBytes(broken())).rejects.toThrow('broken');
});
