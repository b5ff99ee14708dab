import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chunkId, deriveChunkKeys } from './chunk-keys.ts';
import { createChunker } from './chunker.ts';

const KEYS = deriveChunkKeys(Buffer.alloc(32, 7));
const AVERAGE = 1024;

/** Bytes that look random and are the same in each run. */
function randomBytes(length: number, seed = 'a'): Buffer {
  const parts = Array.from({ length: Math.ceil(length / 32) }, (_, index) =>
    createHash('sha256').update(`${seed}${index}`).digest(),
  );
  return Buffer.concat(parts).subarray(0, length);
}

function rows(from: number, to: number): Buffer {
  const lines = Array.from({ length: to - from }, (_, index) => {
    const text = createHash('sha256')
      .update(`${from + index}`)
      .digest('hex');
    return `${from + index}\t${text.slice(0, 10 + ((from + index) % 50))}\n`;
  });
  return Buffer.from(lines.join(''));
}

function cut(spans: readonly Buffer[], { gear } = KEYS, average = AVERAGE): readonly Buffer[] {
  const chunker = createChunker(gear, average);
  const chunks: Buffer[] = [];
  const open: Buffer[] = [];
  for (const span of spans)
    for (let from = 0; from < span.length; ) {
      const end = chunker.next(span, from);
      open.push(span.subarray(from, end === -1 ? span.length : end));
      if (end !== -1) chunks.push(Buffer.concat(open.splice(0)));
      from = end === -1 ? span.length : end;
    }
  if (open.length > 0) chunks.push(Buffer.concat(open));
  return chunks;
}

test.each([
  ['rows', rows(0, 20_000)],
  ['random bytes', randomBytes(500_000)],
  ['no newline', Buffer.from(randomBytes(250_000).toString('hex'))],
  ['equal bytes', Buffer.alloc(100_000, 'x')],
])('chunks of %s are the whole stream and within their limits', (_, data) => {
  const chunks = cut([data]);
  expect(Buffer.concat(chunks).equals(data)).toBe(true);
  for (const chunk of chunks.slice(0, -1)) {
    expect(chunk.length).toBeGreaterThanOrEqual(AVERAGE / 4);
    expect(chunk.length).toBeLessThanOrEqual(AVERAGE * 4);
  }
});

test('chunks of rows are whole rows', () => {
  for (const chunk of cut([rows(0, 20_000)])) expect(chunk.at(-1)).toBe(10);
});

test('the spans in which a stream arrives change nothing', () => {
  const data = Buffer.concat([rows(0, 1500), randomBytes(60_000), Buffer.alloc(9000, 'x')]);
  const whole = cut([data]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 6000 }), { minLength: 1, maxLength: 40 }), (lengths) => {
      const spans: Buffer[] = [];
      for (let at = 0, turn = 0; at < data.length; turn += 1) {
        const length = lengths[turn % lengths.length] as number;
        spans.push(data.subarray(at, at + length));
        at += length;
      }
      expect(cut(spans)).toEqual(whole);
    }),
    { numRuns: 50 },
  );
});

test.each([
  ['rows', rows(0, 20_000)],
  ['text without newlines', Buffer.from(randomBytes(250_000).toString('hex'))],
])('%s inserted in front change few chunks', (_, data) => {
  const before = new Set(cut([data]).map((chunk) => chunkId([chunk], KEYS).toString('hex')));
  const after = cut([Buffer.concat([Buffer.from('inserted\n'), data])]);
  const fresh = after.filter((chunk) => !before.has(chunkId([chunk], KEYS).toString('hex')));
  expect(fresh.length).toBeLessThan(after.length / 50);
});

test('another secret cuts elsewhere, and makes other ids and keys', () => {
  const other = deriveChunkKeys(Buffer.alloc(32, 8));
  const data = rows(0, 5000);
  expect(cut([data], other).map(({ length }) => length)).not.toEqual(cut([data]).map(({ length }) => length));
  expect(chunkId([data], other)).not.toEqual(chunkId([data], KEYS));
  expect(other.index.export()).not.toEqual(KEYS.index.export());
  expect(KEYS.index.export()).not.toEqual(KEYS.id.export());
});

test('an id does not depend on the parts in which a chunk arrives', () => {
  const data = rows(0, 100);
  expect(chunkId([data.subarray(0, 7), data.subarray(7)], KEYS)).toEqual(chunkId([data], KEYS));
  expect(chunkId([data], KEYS)).toHaveLength(16);
});

test('the secret has 32 bytes, and the size of chunks is a power of two', () => {
  expect(() => deriveChunkKeys(Buffer.alloc(31))).toThrow(RangeError);
  expect(() => createChunker(KEYS.gear, 3000)).toThrow(RangeError);
  expect(() => createChunker(KEYS.gear, 512)).toThrow(RangeError);
});
