import { describe, expect, it } from 'vitest';
import { createBlockReader } from './archive-blocks.ts';

function integer(value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt32LE(value, 1);
  return bytes;
}

function block(dumpId: number, ...rows: string[]): Buffer {
  const pieces = rows.flatMap((row) => [integer(row.length), Buffer.from(row)]);
  return Buffer.concat([Buffer.from([1]), integer(dumpId), ...pieces, integer(0)]);
}

/** What each block holds, in chunks of so many bytes. */
function readAll(bytes: Buffer, chunkBytes: number) {
  const reader = createBlockReader();
  const blocks: { dumpId: number; text: string; ended: boolean }[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    for (const { dumpId, data, isEnd } of reader.read(bytes.subarray(at, at + chunkBytes))) {
      if (blocks.at(-1)?.ended !== false) blocks.push({ dumpId, text: '', ended: false });
      const last = blocks.at(-1) as (typeof blocks)[number];
      expect(last.dumpId).toBe(dumpId);
      Object.assign(last, { text: last.text + data.toString(), ended: isEnd });
    }
  }
  return { blocks, isBetween: reader.isBetween };
}

describe('createBlockReader', () => {
  const bytes = Buffer.concat([block(7, '1\ta\n', '2\tbb\n', '\\.\n\n\n'), block(300), block(4, '\\.\n\n\n')]);

  it.each([1, 2, 5, 6, 7, 11, 1000])('joins the pieces of each block, in chunks of %i bytes', (chunkBytes) => {
    expect(readAll(bytes, chunkBytes)).toEqual({
      blocks: [
        { dumpId: 7, text: '1\ta\n2\tbb\n\\.\n\n\n', ended: true },
        { dumpId: 300, text: '', ended: true },
        { dumpId: 4, text: '\\.\n\n\n', ended: true },
      ],
      isBetween: true,
    });
  });

  it('tells an archive that ends inside a block, wherever that is', () => {
    const one = block(7, '1\ta\n');
    for (let end = 1; end < one.length; end += 1)
      expect(readAll(one.subarray(0, end), 1000).isBetween, `${end}`).toBe(false);
  });

  it.each([
    ['large objects', Buffer.concat([Buffer.from([3]), integer(7)])],
    ['a negative length', Buffer.concat([Buffer.from([1]), integer(7), Buffer.from([1, 1, 0, 0, 0])])],
  ])('refuses %s', (_, wrong) => {
    expect(() => createBlockReader().read(wrong)).toThrow(expect.objectContaining({ code: 'dump-failed' }));
  });
});
