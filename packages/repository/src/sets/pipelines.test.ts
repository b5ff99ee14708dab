import { createHash } from 'node:crypto';
import {
  decompress,
  deriveChunkKeys,
  type Extent,
  type Extents,
  readIndex,
  readSegment,
  TAR_BLOCK_BYTES,
} from '@postgres-backuper/format';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CutFile } from '../pipeline/cut-file.ts';
import { createPipeline, type Pipeline } from '../pipeline/pipeline.ts';
import type { SealedObject } from '../pipeline/seal.ts';
import { createSealers } from '../pipeline/sealers.ts';
import { differing } from './differential-pipeline.ts';
import { indexing } from './index-pipeline.ts';

const KEYS = deriveChunkKeys(Buffer.alloc(32, 7));
const SET = 'app/full';
const CHUNK_BYTES = 1024;
const SETTINGS = '5'.repeat(64);

function rows(from: number, to: number, word = 'row'): Buffer {
  const lines = Array.from({ length: to - from }, (_, at) => {
    const text = createHash('sha256')
      .update(`${word}${from + at}`)
      .digest('hex');
    return `${from + at}\t${text}\n`;
  });
  return Buffer.from(lines.join(''));
}

function openPlain(segmentBytes: number, delayMs = 0) {
  const stored = new Map<string, Uint8Array>();
  const put = async (name: string, { bytes }: SealedObject): Promise<void> => {
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    stored.set(name, Uint8Array.from(bytes));
  };
  const cipher = { encrypt: async (bytes: Uint8Array) => bytes } as never;
  const { signal } = new AbortController();
  const pipeline = createPipeline({
    ...{ segmentBytes, lanes: 2, md5: false, signal, nameOf: String, onFailure: () => undefined },
    sealers: createSealers(cipher, { threads: undefined, segmentBytes }),
    store: { put },
  });
  return { pipeline, stored, signal };
}

/** Writes all files side by side, in parts. */
async function writeAll(pipeline: Pipeline, files: ReadonlyMap<string, Buffer>, part = 700) {
  const extents = new Map<string, () => Extents>();
  const seen = new Map<string, Buffer[]>();
  await Promise.all(
    [...files].map(async ([name, data]) => {
      const spans: Buffer[] = [];
      seen.set(name, spans);
      const file = pipeline.open(name, (span) => spans.push(Buffer.from(span)));
      for (let at = 0; at < data.length; at += part) {
        const reused = Buffer.from(data.subarray(at, at + part));
        await give(file, reused);
        reused.fill(0); // memory of the caller
      }
      extents.set(name, file.end());
    }),
  );
  await pipeline.finish();
  for (const [name, data] of files) expect(Buffer.concat(seen.get(name) ?? []).equals(data)).toBe(true);
  return new Map([...extents].map(([name, places]) => [name, [...places()]]));
}

/** As a pipe does: into the file's own memory where it offers some. */
async function give(file: CutFile, bytes: Buffer): Promise<void> {
  const taken = bytes.copy(file.room() ?? Buffer.alloc(0));
  if (taken > 0) file.filled(taken);
  const rest = bytes.subarray(taken);
  await new Promise<void>((resume) => {
    if (rest.length === 0 || file.write(rest, resume)) resume();
    rest.fill(0); // memory of the caller, also while the file waits
  });
}

type Stored = ReadonlyMap<string, Uint8Array>;

async function read(extents: readonly Extent[], own: Stored, full: Stored): Promise<Buffer> {
  const parts = extents.map(async ([segment, offset, length, inFull]) => {
    const tar = await decompress((inFull === 1 ? full : own).get(`${segment}`) as Uint8Array, { maxBytes: 1e8 });
    return tar.subarray(offset, offset + length);
  });
  return Buffer.concat(await Promise.all(parts));
}

async function makeFull(files: ReadonlyMap<string, Buffer>) {
  const { pipeline, stored } = openPlain(64 * 1024);
  const full = indexing(pipeline, { keys: KEYS, chunkBytes: CHUNK_BYTES, settings: SETTINGS });
  const extents = await writeAll(full, files);
  const index = full.index(SET) as Buffer;
  return { stored, extents, known: readIndex(index, { key: KEYS.index, set: SET }) };
}

const BEFORE = new Map([
  ['1.dat', rows(0, 8000)],
  ['2.dat', rows(0, 20, 'small')],
  ['3.dat', Buffer.alloc(0)],
  ['4.dat', rows(9000, 12_000, 'other')],
]);

test('a full with an index is stored as without one', async () => {
  const plain = openPlain(64 * 1024);
  const without = await writeAll(plain.pipeline, new Map([['1.dat', rows(0, 8000)]]));
  const { stored, extents } = await makeFull(new Map([['1.dat', rows(0, 8000)]]));
  expect(extents).toEqual(without);
  expect(stored).toEqual(plain.stored);
});

test('a full with more chunks than an index may have gets none, and is stored all the same', async () => {
  const { pipeline, stored } = openPlain(64 * 1024);
  const chunking = { keys: KEYS, chunkBytes: CHUNK_BYTES, settings: SETTINGS };
  const full = indexing(pipeline, chunking, { chunksMax: 100 });
  const extents = await writeAll(full, BEFORE);
  expect(full.index(SET)).toBeUndefined();
  for (const [name, data] of BEFORE)
    expect((await read(extents.get(name) ?? [], stored, stored)).equals(data), name).toBe(true);
});

test('an index knows the chunks that another job stored, and is none where those are too many', async () => {
  const [other, own] = [openPlain(64 * 1024), openPlain(64 * 1024)];
  const chunking = { keys: KEYS, chunkBytes: CHUNK_BYTES, settings: SETTINGS };
  const worker = indexing(other.pipeline, chunking);
  const extents = await writeAll(worker, BEFORE);
  const streams = [...BEFORE.keys()].map((name) => ({
    ...{ name, extents: () => extents.get(name) ?? [] },
    chunks: worker.chunksOf(name),
  }));
  const holder = indexing(own.pipeline, chunking);
  await writeAll(holder, new Map());
  for (const stream of streams) holder.adopt(stream);
  const known = readIndex(holder.index(SET) as Buffer, { key: KEYS.index, set: SET });
  const { pipeline, stored, signal } = openPlain(64 * 1024);
  const referred = await writeAll(differing(pipeline, { keys: KEYS, known }, signal), BEFORE);
  expect([...referred.values()].flat().every(([, , , inFull]) => inFull === 1)).toBe(true);
  for (const [name, data] of BEFORE)
    expect((await read(referred.get(name) ?? [], stored, other.stored)).equals(data), name).toBe(true);
  for (const room of [known.size - 1, known.size]) {
    const bounded = indexing(openPlain(64 * 1024).pipeline, chunking, { chunksMax: room });
    for (const stream of streams) bounded.adopt(stream);
    expect(bounded.index(SET) === undefined).toBe(room < known.size);
  }
  holder.adopt({ name: '5.dat', extents: () => [], chunks: undefined });
  expect([holder.index(SET), holder.chunksOf('1.dat')]).toEqual([undefined, undefined]);
});

test('after too many changes all is stored, and each file is whole', async () => {
  const full = await makeFull(BEFORE);
  const { pipeline, stored, signal } = openPlain(64 * 1024);
  const order = rows(0, 8000).toString().split('\n').slice(0, -1);
  const mixed = order.flatMap((row, at) => (at % 100 === 0 ? [`new ${at}`, row] : [row]));
  const files = new Map([
    ['1.dat', Buffer.from(`${mixed.join('\n')}\n`)],
    ['4.dat', rows(9000, 12_000, 'other')],
  ]);
  const extents = await writeAll(differing(pipeline, { keys: KEYS, known: full.known, runsMax: 20 }, signal), files);
  const referred = [...extents.values()].flat().filter(([, , , inFull]) => inFull === 1);
  expect(referred.length).toBeGreaterThan(5);
  expect(referred.length).toBeLessThanOrEqual(20);
  for (const [name, data] of files)
    expect((await read(extents.get(name) ?? [], stored, full.stored)).equals(data), name).toBe(true);
});

test.each([64, 700, 100_000])('what has not changed is referred to, written in parts of %i bytes', async (part) => {
  const full = await makeFull(BEFORE);
  const { pipeline, stored, signal } = openPlain(64 * 1024);
  const extents = await writeAll(differing(pipeline, { keys: KEYS, known: full.known }, signal), BEFORE, part);
  expect(stored.size).toBe(0);
  for (const [name, data] of BEFORE)
    expect((await read(extents.get(name) ?? [], stored, full.stored)).equals(data), name).toBe(true);
});

test.each([0, 5])('what has changed is stored, and each file is whole (storage waits %i ms)', async (delayMs) => {
  const after = new Map([
    ['1.dat', Buffer.concat([rows(0, 3000), rows(0, 1500, 'new'), rows(3100, 8000), rows(20_000, 20_050)])],
    ['4.dat', rows(0, 6000, 'all new')],
    ['5.dat', rows(0, 6000, 'more')],
    ['6.dat', rows(0, 6000, 'yet more')],
    ['7.dat', Buffer.from('no line end')],
    ['8.dat', BEFORE.get('4.dat') as Buffer],
  ]);
  const full = await makeFull(BEFORE);
  const { pipeline, stored, signal } = openPlain(64 * 1024, delayMs);
  const extents = await writeAll(differing(pipeline, { keys: KEYS, known: full.known }, signal), after);
  for (const [name, data] of after)
    expect((await read(extents.get(name) ?? [], stored, full.stored)).equals(data), name).toBe(true);
  expect(extents.get('8.dat')?.every(([, , , inFull]) => inFull === 1)).toBe(true);
  const own = [...extents.values()].flat().filter(([, , , inFull]) => inFull === undefined);
  const changed = [...after].filter(([name]) => !/[18]/.test(name)).reduce((sum, [, data]) => sum + data.length, 0);
  const ownBytes = own.reduce((sum, [, , length]) => sum + length, 0);
  expect(ownBytes).toBeGreaterThan(changed);
  expect(ownBytes).toBeLessThan(changed + 160_000);
});

test('the segments of a differential are tars of pieces, and an extent is within one piece', async () => {
  const full = await makeFull(BEFORE);
  const { pipeline, stored, signal } = openPlain(64 * 1024);
  const after = new Map([['1.dat', Buffer.concat([rows(0, 3000, 'new'), rows(0, 8000), rows(0, 3000, 'newer')])]]);
  const extents = await writeAll(differing(pipeline, { keys: KEYS, known: full.known }, signal), after);
  const ends = new Map<number, number>();
  for (const [number, frame] of stored) {
    const [piece] = await readSegment(await decompress(frame, { maxBytes: 1e8 }));
    ends.set(Number(number), TAR_BLOCK_BYTES + (piece?.data.length ?? 0));
  }
  const own = (extents.get('1.dat') ?? []).filter(([, , , inFull]) => inFull === undefined);
  expect(own.length).toBeGreaterThan(2);
  for (const [segment, offset, length] of own) expect(offset + length).toBeLessThanOrEqual(ends.get(segment) ?? 0);
});

test('the buffers of files that have ended are used again', async () => {
  const { pipeline, signal } = openPlain(64 * 1024);
  const known = { chunkBytes: 32 * 1024, settings: '', size: 0, find: () => undefined };
  const differential = differing(pipeline, { keys: KEYS, known }, signal);
  const places: (() => Extents)[] = [];
  const before = process.memoryUsage().arrayBuffers;
  for (let file = 0; file < 2000; file += 1) {
    const opened = differential.open(`${file}.dat`);
    await new Promise<void>((resume) => {
      if (opened.write(Buffer.from('a row\n'), resume)) resume();
    });
    places.push(opened.end());
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 1024 ** 2);
  await differential.finish();
  expect(places.map((place) => place().length)).toEqual(places.map(() => 1));
});

/** Files of blocks from a small choice, so that files of two dumps have some in common; not all are rows. */
const someFiles = fc.array(
  fc.array(fc.record({ seed: fc.nat(12), kind: fc.constantFrom('rows', 'bytes', 'zeros'), size: fc.nat(300) }), {
    maxLength: 6,
  }),
  { minLength: 1, maxLength: 6 },
);

function filesOf(files: typeof someFiles extends fc.Arbitrary<infer Files> ? Files : never) {
  const block = ({ seed, kind, size }: (typeof files)[number][number]): Buffer => {
    if (kind === 'zeros') return Buffer.alloc(size * 20);
    const all = rows(0, size, `block ${seed} `);
    return kind === 'rows' ? all : Buffer.from(all.map((byte) => (byte === 10 ? 11 : byte)));
  };
  return new Map(files.map((blocks, number) => [`${number}.dat`, Buffer.concat(blocks.map(block))]));
}

test('whatever a full and a differential hold, each file is whole', async () => {
  const one = fc.asyncProperty(
    ...[someFiles, someFiles, fc.integer({ min: 30, max: 9000 }), fc.nat(1)],
    async (before, after, part, delayMs) => {
      const full = await makeFull(filesOf(before));
      const { pipeline, stored, signal } = openPlain(16 * 1024, delayMs);
      const files = filesOf(after);
      const extents = await writeAll(differing(pipeline, { keys: KEYS, known: full.known }, signal), files, part);
      for (const [name, data] of files)
        expect((await read(extents.get(name) ?? [], stored, full.stored)).equals(data), name).toBe(true);
    },
  );
  await fc.assert(one, { numRuns: Number(process.env.PGBACKUPER_RUNS || 40) });
});
