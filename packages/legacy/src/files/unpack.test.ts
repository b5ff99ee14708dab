import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { BackuperError } from '@postgres-backuper/base';
import { createMemoryStorage } from '@postgres-backuper/testing/memory-storage';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openOldFile } from './old-file.ts';
import { unpack } from './unpack.ts';

const TEXT = Buffer.from(randomBytes(40_000).toString('base64'));
const PACKED = gzipSync(TEXT);
const KEY = 'backup_20240315_120000.sql.gz';
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unpack-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Everything in it, from a path and from a key of a storage: both end alike. */
async function read(content: Buffer): Promise<Buffer | BackuperError> {
  const storage = createMemoryStorage();
  await storage.put(KEY, content);
  const path = join(folder, KEY);
  await writeFile(path, content);
  const [fromPath, fromKey] = [await readOne(path, undefined), await readOne(KEY, storage)];
  if (fromPath instanceof BackuperError) expect(fromKey).toMatchObject({ code: fromPath.code });
  else expect(fromKey).toEqual(fromPath);
  return fromPath;
}

async function readOne(source: string, storage: ReturnType<typeof createMemoryStorage> | undefined) {
  const places = storage === undefined ? [] : [{ address: 's3://b', storage, folders: [''] }];
  try {
    const { bytes } = await unpack(await openOldFile({ source, places }, new AbortController().signal));
    const chunks: Buffer[] = [];
    for await (const chunk of bytes()) chunks.push(chunk);
    return Buffer.concat(chunks);
  } catch (error) {
    if (error instanceof BackuperError) return error;
    throw error;
  }
}

it('reads a gzip file, also one of several members', async () => {
  expect(await read(PACKED)).toEqual(TEXT);
  expect(await read(Buffer.concat([PACKED, PACKED]))).toEqual(Buffer.concat([TEXT, TEXT]));
});

it.each([2, 10, 18, 100, 20_000, PACKED.length - 8, PACKED.length - 1])(
  'says that a gzip file of %i bytes is incomplete',
  async (bytes) => {
    const message = expect.stringContaining('incomplete');
    expect(await read(PACKED.subarray(0, bytes))).toMatchObject({ code: 'object-altered', exitStatus: 3, message });
  },
);

it.each([
  ['nothing', Buffer.alloc(0)],
  ['an empty gzip file', gzipSync('')],
])('says that %s is empty', async (_, content) => {
  expect(await read(content)).toMatchObject({ code: 'object-altered', message: expect.stringContaining('is empty') });
});

it('notices every flipped bit behind the header that gzip does not look at', async () => {
  for (let at = 10; at < PACKED.length; at += 997) {
    const flipped = Buffer.from(PACKED);
    flipped.writeUInt8(flipped.readUInt8(at) ^ 0x10, at);
    expect(await read(flipped), `bit in byte ${at}`).toMatchObject({ code: 'object-altered' });
  }
  const flipped = Buffer.from(PACKED);
  flipped.writeUInt8(flipped.readUInt8(PACKED.length - 6) ^ 1, PACKED.length - 6);
  expect(await read(flipped)).toMatchObject({ message: expect.stringMatching(/damaged: its checksum/) });
});

it.each([
  ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0])],
  ['gunzip', gzipSync(PACKED)],
  ['bunzip2', Buffer.from('BZh91AY')],
  ['gpg', Buffer.from('-----BEGIN PGP MESSAGE-----\n')],
])('names the program that unpacks: %s', async (program, content) => {
  expect(await read(content)).toMatchObject({ code: 'usage-invalid', hint: expect.stringContaining(program) });
});

it('says what is no file', async () => {
  const path = join(folder, 'folder.sql.gz');
  await mkdir(path);
  expect(await readOne(path, undefined)).toMatchObject({
    code: 'usage-invalid',
    message: expect.stringMatching(/directory/),
  });
  expect(await readOne('/dev/null', undefined)).toMatchObject({ code: 'usage-invalid' });
  expect(await readOne(join(path, 'none.sql'), undefined)).toMatchObject({ code: 'usage-invalid' });
  expect(await readOne('none.sql', createMemoryStorage())).toMatchObject({
    code: 'usage-invalid',
    message: expect.stringContaining('no such key'),
  });
});
