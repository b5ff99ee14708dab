import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BackuperError, type Context, type Storage, verify } from '@postgres-backuper/core';
import { createPlainCipher } from '@postgres-backuper/openpgp';
import { createMemoryStorage } from '@postgres-backuper/testing';
import { expect, test } from 'vitest';
import { realClock } from '../check/harness.ts';

/** A small backup, not encrypted and not signed: nothing but our own sums protects it. */
const PLACE = join(import.meta.dirname, '../golden/v1/none/repository');
const NAME = 'golden_none';

const context: Context = {
  ...{ clock: realClock, emit: () => undefined, signal: new AbortController().signal },
  ...{ tempDir: '/nowhere', tool: 'test' },
};

async function objectsOf(place: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ name, parentPath }) => join(parentPath, name));
  return new Map(
    await Promise.all(files.map(async (file) => [file.slice(place.length + 1), await readFile(file)] as const)),
  );
}

/** Verifies the content of the backup where one object has other bytes; undefined: nothing was found. */
async function found(objects: ReadonlyMap<string, Buffer>, changed: string, body: Buffer): Promise<unknown> {
  const memory = createMemoryStorage();
  for (const [key, bytes] of objects) await memory.put(key, key === changed ? body : bytes);
  const storage: Storage = { ...memory, put: async () => undefined };
  const repository = { storage, cipher: createPlainCipher(), encryption: 'none' } as const;
  return verify({ name: NAME, target: { all: true }, level: 'content' }, { repository }, context).then(
    () => undefined,
    (error: unknown) => error,
  );
}

const objects = await objectsOf(PLACE);

test('the backup is good', async () => {
  const [key = '', body] = [...objects][0] ?? [];
  expect(await found(objects, key, Buffer.from(body ?? ''))).toBeUndefined();
});

/** Of the large object every 7th bit, which meets each bit of a byte; of the others each bit. */
test.each([...objects.keys()])('each flipped bit of %s is found, with status 3', { timeout: 120_000 }, async (key) => {
  const good = objects.get(key) as Buffer;
  const step = key.includes('segment-') ? 7 : 1;
  const missed: number[] = [];
  for (let bit = 0; bit < good.length * 8; bit += step) {
    const bad = Buffer.from(good);
    bad[bit >> 3] = (bad[bit >> 3] as number) ^ (1 << (bit & 7));
    const error = await found(objects, key, bad);
    if (!(error instanceof BackuperError) || error.exitStatus !== 3) missed.push(bit);
  }
  expect(missed).toEqual([]);
});
