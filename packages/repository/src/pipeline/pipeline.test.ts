import { decompress } from '@postgres-backuper/format';
import { expect, test } from 'vitest';
import { createLevels } from './levels.ts';
import { createPipeline } from './pipeline.ts';
import type { SealedObject } from './seal.ts';
import { createSealers } from './sealers.ts';

const SEGMENT_BYTES = 4096;
/** Two sealers, and three uploads. */
const PLACES = 5;

/** A storage that ends a put when it is asked to, on a clock that it alone moves. */
function openSlow() {
  let now = 0;
  const puts: { readonly end: () => void }[] = [];
  const stored: Uint8Array[] = [];
  const put = async (_name: string, { bytes }: SealedObject): Promise<void> => {
    stored.push(Uint8Array.from(bytes));
    await new Promise<void>((end) => puts.push({ end }));
  };
  const sealers = createSealers({ encrypt: async (bytes: Uint8Array) => bytes } as never, {
    threads: undefined,
    segmentBytes: SEGMENT_BYTES,
  });
  const levels = createLevels('auto', { sealers: sealers.count, clock: { elapsed: () => now } });
  const { signal } = new AbortController();
  const pipeline = createPipeline({
    ...{ segmentBytes: SEGMENT_BYTES, lanes: 1, sealers, levels, store: { put }, md5: false },
    ...{ signal, nameOf: String, onFailure: () => undefined },
  });
  /** Ends the oldest of `underway` puts, all that there is room for: nothing is sealed then. */
  const endOne = async (afterMs: number, underway: number): Promise<void> => {
    while (puts.length < underway) await new Promise((resolve) => setImmediate(resolve));
    now += afterMs;
    puts.shift()?.end();
  };
  return { pipeline, levels, stored, endOne };
}

/** Segments of one file, written as there is room for them. */
async function send(segments: number, { pipeline, endOne }: ReturnType<typeof openSlow>, putMs: number) {
  const file = pipeline.open('1.dat');
  const rows = Buffer.alloc(segments * (SEGMENT_BYTES - 1536), 'row ');
  const written = new Promise<void>((resolve) => {
    if (file.write(rows, resolve)) resolve();
  });
  for (let left = segments; left > 0; left -= 1) await endOne(putMs, Math.min(left, PLACES));
  await written;
  file.end();
}

test('segments that wait for the storage are compressed at higher levels, others are not, and all are read the same way', async () => {
  const slow = openSlow();
  await send(20, slow, 500);
  expect(await slow.pipeline.finish()).toBe(20);
  const used = slow.levels.used();
  expect(used.reduce((sum, { segments }) => sum + segments, 0)).toBe(20);
  expect(used.at(-1)?.level).toBeGreaterThan(1);
  for (const frame of slow.stored) await decompress(frame, { maxBytes: SEGMENT_BYTES });

  const fast = openSlow();
  await send(20, fast, 1);
  await fast.pipeline.finish();
  expect(fast.levels.used()).toEqual([{ level: 1, segments: 20 }]);
});
