import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSharedMemory } from '../../repository/src/pipeline/shared-memory.ts';
import { writeDirectly } from './write-directly.ts';

const LENGTH = 300 * 1024 + 123;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(import.meta.dirname, 'direct-')); // a temporary folder may be one in memory
});
afterAll(() => rm(folder, { recursive: true }));

async function written(body: Uint8Array) {
  const path = join(folder, 'file');
  await writeFile(path, '');
  const bytes = await writeDirectly(path, body);
  return { bytes, asTold: (await readFile(path)).equals(body.subarray(0, bytes)) };
}

describe('writeDirectly', () => {
  const body = createSharedMemory()(LENGTH + 1).fill('abcdefg');

  it('writes whole blocks of memory that begins at a page', async () => {
    expect(await written(body.subarray(0, LENGTH))).toEqual({ bytes: 300 * 1024, asTold: true });
  });

  it.each([
    ['memory that begins elsewhere', body.subarray(1)],
    ['little', body.subarray(0, 8192)],
  ])('leaves %s to the usual way', async (_, other) => {
    expect(await written(other)).toEqual({ bytes: 0, asTold: true });
  });

  it('writes no other bytes where only the disk knows what it takes', async () => {
    expect(await written(new Uint8Array(LENGTH).fill(7))).toMatchObject({ asTold: true });
  });

  it('leaves errors to the usual way', async () => {
    expect(await writeDirectly(join(folder, 'nothing', 'there'), body)).toBe(0);
  });
});
