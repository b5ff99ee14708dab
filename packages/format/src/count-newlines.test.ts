import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { countNewlines, countOneByOne } from './count-newlines.ts';

describe('countNewlines', () => {
  it.each([0, 1, 15, 16, 17, 255, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 700_003])(
    'counts as one by one does, in %i bytes of anything',
    (length) => {
      const bytes = randomBytes(length).map((byte) => (byte > 200 ? 10 : byte));
      expect(countNewlines(bytes)).toBe(bytes.filter((byte) => byte === 10).length);
      expect(countOneByOne(bytes)).toBe(countNewlines(bytes));
    },
  );

  it('sees nothing of what was counted before', () => {
    expect(countNewlines(Buffer.alloc(10_000, '\n'))).toBe(10_000);
    expect(countNewlines(Buffer.alloc(10_000, 'a'))).toBe(0);
  });

  it.each([
    ['short rows in front of long ones', Buffer.concat([Buffer.alloc(9000, 'a\n'), Buffer.alloc(300_000, 'a')]), 4500],
    [
      'long rows in front of short ones',
      Buffer.concat([Buffer.alloc(9000, 'a'), Buffer.alloc(300_000, 'a\n')]),
      150_000,
    ],
  ])('counts %s', (_, bytes, rows) => {
    expect(countNewlines(bytes)).toBe(rows);
  });

  it('counts in memory of several threads', () => {
    const shared = Buffer.from(new SharedArrayBuffer(10_000)).fill('a\n');
    expect(countNewlines(shared)).toBe(5000);
  });
});
