import { expect, test } from 'vitest';
import { compressTexts } from './compress-texts.ts';
import { decompress } from './zstd.ts';

test.each([[[]], [['abc']], [['abc', 'def']], [['x'.repeat(100_000), 'y'.repeat(100_000), 'z']], [['a', '']]])(
  'texts become exactly one frame: %#',
  async (texts) => {
    const plain = await decompress(await compressTexts(texts), { maxBytes: 1_000_000 });
    expect(Buffer.from(plain).toString()).toBe(texts.join(''));
  },
);
