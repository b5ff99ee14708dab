import { constants, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compressDocument, decompress, decompressChunks } from './zstd.ts';
import { frameFault } from './zstd-frame.ts';

const MAX = { maxBytes: 1 << 24 };
const checksum = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };

test('what was compressed comes back, of any size', async () => {
  for (const length of [0, 1, 255, 256, 65_791, 65_792, 300_000]) {
    const plain = Buffer.alloc(length, 'abc');
    const frame = await compressDocument(plain);
    expect(plain.equals(await decompress(frame, MAX))).toBe(true);
  }
});

test('the frame tells its content where the encoder wrote it, and is walked to its end where not', async () => {
  expect(frameFault(await compressDocument(Buffer.alloc(1000)))).toEqual({ contentBytes: 1000 });
  expect(frameFault(zstdCompressSync(Buffer.alloc(3_000_000, 'xyz'), checksum)).fault).toBeUndefined();
});

test('a second frame, a skippable one and bytes behind are errors, though the decoder drops them', async () => {
  const frame = await compressDocument(Buffer.from('first'));
  const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 0]);
  for (const more of [frame, skippable, Buffer.from([0])]) {
    await expect(decompress(Buffer.concat([frame, more]), MAX)).rejects.toThrow('after its zstd');
  }
  await expect(decompress(Buffer.concat([skippable, frame]), MAX)).rejects.toThrow('not a zstd frame');
});

test('a frame without checksum is an error', async () => {
  await expect(decompress(zstdCompressSync(Buffer.from('x')), MAX)).rejects.toThrow('checksum');
});

test('a frame cut short anywhere is an error', async () => {
  const frame = await compressDocument(Buffer.from('some text that is a little longer'));
  for (let length = 0; length < frame.length; length += 1) {
    await expect(decompress(frame.subarray(0, length), MAX), String(length)).rejects.toThrow();
  }
});

test('a changed bit anywhere is an error', async () => {
  const plain = Buffer.from('some text that is a little longer '.repeat(10));
  const frame = await compressDocument(plain);
  await fc.assert(
    fc.asyncProperty(fc.nat(frame.length * 8 - 1), async (bit) => {
      const changed = Buffer.from(frame);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const result = await decompress(changed, MAX).catch(() => undefined);
      // a few bits of the header mean nothing: then the content is still the same
      expect(result === undefined || plain.equals(result)).toBe(true);
    }),
  );
});

test('more than maxBytes is an error, told or not by the frame', async () => {
  const told = await compressDocument(Buffer.alloc(1_000_000));
  const untold = zstdCompressSync(Buffer.alloc(1_000_000), checksum);
  for (const frame of [told, untold]) {
    await expect(decompress(frame, { maxBytes: 999_999 })).rejects.toThrow();
    await expect(decompress(frame, { maxBytes: 1_000_000 })).resolves.toHaveLength(1_000_000);
    const drain = async () => {
      for await (const _ of decompressChunks(frame, { maxBytes: 999_999 }));
    };
    await expect(drain()).rejects.toThrow('999999');
  }
});
