import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { deriveChunkKeys } from './chunk-keys.ts';
import { createScan, scanOneByOne } from './scan.ts';

const { gear } = deriveChunkKeys(Buffer.alloc(32, 7));
const scan = createScan(gear);
const plain = scanOneByOne(gear);

const DATA = Buffer.concat(Array.from({ length: 2000 }, (_, at) => createHash('sha256').update(String(at)).digest()));

test.each([1, 2 ** 8, 2 ** 20, 2 ** 31])('cuts are where one by one finds them, with the limit %i', (limit) => {
  for (const [from, end] of [
    [0, 0],
    [0, 1],
    [3, 10],
    [1, 16_385],
    [0, DATA.length],
    [DATA.length - 5, DATA.length],
  ] as const) {
    let at = from;
    for (let hash = 0, turn = 0; at < end && turn < 100; turn += 1) {
      const request = { span: DATA, from: at, end, hash, limit };
      const found = scan(request);
      expect(found).toEqual(plain(request));
      ({ at, hash } = found);
    }
  }
});

test('memory of several threads is scanned as any other', () => {
  const span = Buffer.from(new SharedArrayBuffer(DATA.length));
  DATA.copy(span);
  const request = { from: 0, end: DATA.length, hash: 0, limit: 2 ** 18 };
  expect(scan({ ...request, span })).toEqual(plain({ ...request, span: DATA }));
});
