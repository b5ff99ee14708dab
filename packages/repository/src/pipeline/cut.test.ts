import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { createBufferPool } from './buffers.ts';
import { type CutSegment, createCutter } from './cut.ts';
import type { CutFile } from './cut-file.ts';

const SEGMENT = 64 * 1024;

async function piecesOf(tar: Buffer): Promise<[string, Buffer][]> {
  const pieces: [string, Buffer][] = [];
  const reader = Readable.from([tar]).pipe(extract());
  for await (const entry of reader) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    pieces.push([entry.header.name, Buffer.concat(chunks)]);
  }
  return pieces;
}

/** Puts the chunk where the file has room, as far as it goes; the rest is written. */
function readInto(file: CutFile, chunk: Buffer, resume: () => void): boolean {
  const room = file.room();
  if (room === undefined) return file.write(chunk, resume);
  const taken = chunk.copy(room);
  file.filled(taken);
  return taken === chunk.length || file.write(chunk.subarray(taken), resume);
}

/** Files that write in turn, every other chunk directly, with a storage that gives buffers back only when asked. */
async function cut(files: Record<string, Buffer>, { lanes, buffers }: { lanes: number; buffers: number }) {
  const pool = createBufferPool(buffers, SEGMENT);
  const segments: CutSegment[] = [];
  const stored: Buffer[] = [];
  const cutter = createCutter({ lanes, pool, onSegment: (segment) => segments.push(segment) });
  const store = () => {
    for (const segment of segments.splice(0)) {
      stored[segment.number] = Buffer.from(segment.tar);
      pool.give(segment.buffer);
    }
    cutter.wake();
  };
  const ends = await Promise.all(
    Object.entries(files).map(async ([name, content]) => {
      const seen = createHash('sha256');
      const file = cutter.open(name, (span) => seen.update(span));
      for (let at = 0; at < content.length; at += 1000) {
        await new Promise<void>((resume) => {
          setImmediate(store);
          const take = at % 2000 === 0 ? file.write : readInto.bind(undefined, file);
          if (take(content.subarray(at, at + 1000), resume)) resume();
        });
      }
      const end = file.end();
      expect(seen.digest()).toEqual(createHash('sha256').update(content).digest());
      return [name, end] as const;
    }),
  );
  cutter.flush();
  store();
  return { stored, extents: Object.fromEntries(ends.map(([name, end]) => [name, end()])) };
}

describe('createCutter', () => {
  const files = Object.fromEntries(
    [0, 1, 511, 512, 513, 70_000, 300_000, 5000, 64 * 1024 - 1536].map((size, index) => [
      `${index + 1}.dat`,
      Buffer.alloc(size, `${index}-abcdefg`),
    ]),
  );

  it.each([
    { lanes: 1, buffers: 1 },
    { lanes: 2, buffers: 2 },
    { lanes: 4, buffers: 8 },
  ])('keeps every byte of every file with %o', async (bounds) => {
    const { stored, extents } = await cut(files, bounds);
    const pieces = (await Promise.all(stored.map(piecesOf))).flat();
    for (const [name, content] of Object.entries(files)) {
      const own = pieces.filter(([piece]) => piece.startsWith(`${name}/`)).sort(([a], [b]) => (a < b ? -1 : 1));
      expect(Buffer.concat(own.map(([, data]) => data)).equals(content)).toBe(true);
      const byExtents = [...(extents[name] ?? [])].map(
        ([segment, offset, length]) => stored[segment]?.subarray(offset, offset + length) ?? Buffer.alloc(0),
      );
      expect(Buffer.concat(byExtents).equals(content)).toBe(true);
      const segments = [...(extents[name] ?? [])].map(([segment]) => segment);
      expect(segments).toEqual([...new Set(segments)].sort((a, b) => a - b));
    }
  });

  it('lets small files share a segment', async () => {
    const { stored } = await cut({ '1.dat': Buffer.from('a'), '2.dat': Buffer.from('b') }, { lanes: 1, buffers: 1 });
    expect(stored).toHaveLength(1);
  });
});
