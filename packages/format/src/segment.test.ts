import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { isBackuperError } from '@postgres-backuper/base';
import fc from 'fast-check';
import { pack } from 'tar-stream';
import { expect, test } from 'vitest';
import { type Piece, parseSegment, readSegment } from './segment.ts';
import { TAR_BLOCK_BYTES, TAR_END_BYTES, writeTarEnd, writeTarHeader } from './tar.ts';
import { compressDocument } from './zstd.ts';

function makeTar(pieces: readonly Piece[]): Buffer {
  const tar = Buffer.alloc(1 << 20, 0xff);
  let used = 0;
  for (const { file, offset, data } of pieces) {
    data.copy(tar, used + TAR_BLOCK_BYTES);
    writeTarHeader(tar, used, { file, offset, length: data.length });
    used += TAR_BLOCK_BYTES + Math.ceil(data.length / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES;
  }
  return tar.subarray(0, writeTarEnd(tar, used));
}

const PIECES: readonly Piece[] = [
  { file: 'toc.dat', offset: 0, data: Buffer.from('PGDMP') },
  { file: '3456.dat', offset: 16_777_216, data: Buffer.alloc(1024, 'x') },
  { file: 'globals.sql', offset: 0, data: Buffer.alloc(0) },
  { file: 'large-objects.dump', offset: 9_007_199_254_740_991, data: Buffer.from('y') },
];
const TAR = makeTar(PIECES);

/** What anybody may store: a tar with an entry of the given header. */
async function foreignTar(header: {
  name: string;
  type?: 'file' | 'symlink' | 'directory';
  linkname?: string;
}): Promise<Buffer> {
  const packed = pack();
  packed.entry(header, header.type === undefined || header.type === 'file' ? 'data' : '');
  packed.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of packed) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

test('pieces come back as they were written', async () => {
  expect(await readSegment(TAR)).toEqual(PIECES);
});

test('the bytes of a tar are the same for ever', () => {
  expect(createHash('sha256').update(TAR).digest('hex')).toMatchSnapshot();
});

test('tar lists and extracts it', () => {
  const listed = spawnSync('tar', ['-tf', '-'], { input: TAR, encoding: 'utf8' });
  expect(listed.stdout.trim().split('\n')).toEqual([
    'toc.dat/0000000000000000',
    '3456.dat/0000000016777216',
    'globals.sql/0000000000000000',
    'large-objects.dump/9007199254740991',
  ]);
  const data = spawnSync('tar', ['-xOf', '-', '3456.dat/0000000016777216'], { input: TAR });
  expect(data.stdout.equals(Buffer.alloc(1024, 'x'))).toBe(true);
});

test('any pieces come back', async () => {
  const piece = fc.record({
    file: fc.constantFrom('toc.dat', '1.dat', '4294967295.dat', 'globals.sql'),
    offset: fc.maxSafeNat(),
    data: fc.uint8Array({ maxLength: 1500 }).map((bytes) => Buffer.from(bytes)),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
      expect(await readSegment(makeTar(pieces))).toEqual(pieces);
    }),
    { numRuns: 50 },
  );
});

test('a tar cut short anywhere is an error, between two entries too', async () => {
  for (let length = 0; length < TAR.length; length += TAR_BLOCK_BYTES / 2) {
    await expect(readSegment(TAR.subarray(0, length)), String(length)).rejects.toThrow();
  }
  const between = Buffer.concat([TAR.subarray(0, 1024), Buffer.alloc(TAR_END_BYTES), TAR.subarray(1024)]);
  await expect(readSegment(between)).rejects.toThrow('complete');
});

test.each([
  { name: '../evil' },
  { name: '/etc/passwd' },
  { name: '3456.dat' },
  { name: '3456.dat/1' },
  { name: '3456.dat/0000000000000000/x' },
  { name: '../3456.dat/0000000000000000' },
  { name: '3456.dat/9999999999999999' },
  { name: '3456.dat/0000000000000000', type: 'symlink' as const, linkname: '/etc/passwd' },
  { name: 'toc.dat/0000000000000000', type: 'directory' as const },
])('an entry that no backup has is object-altered: %j', async (header) => {
  const frame = await compressDocument(await foreignTar(header));
  await expect(parseSegment(frame, { key: 'app/data/x' })).rejects.toMatchObject({
    code: 'object-altered',
    message: expect.stringContaining("'app/data/x'"),
  });
});

test('whatever bytes stand in the tar, the answer is pieces or object-altered', async () => {
  const mutated = fc
    .array(fc.tuple(fc.nat(TAR.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 })
    .map((changes) => {
      const changed = Buffer.from(TAR);
      for (const [at, byte] of changes) changed[at] = byte;
      return changed;
    });
  await fc.assert(
    fc.asyncProperty(mutated, async (tar) => {
      try {
        await parseSegment(await compressDocument(tar), { key: 'k' });
      } catch (error) {
        if (!isBackuperError(error, 'object-altered')) throw error;
      }
    }),
    { numRuns: 200 },
  );
});
