import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { BackuperError, type Context } from '@postgres-backuper/base';
import { createMemoryStorage } from '@postgres-backuper/testing/memory-storage';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openOldFile } from './old-file.ts';
import { unpack } from './unpack.ts';

const TEXT = Buffer.from(randomBytes(40_000).toString('base64'));
const PACKED = gzipSync(TEXT);
const KEY = 'backup_20240315_120000.sql.gz';
const ZSTD = zstdCompressSync(TEXT, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
const SKIPPED = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1, 1]);
/** A message begins so that gpg wrote for a passphrase; here it is "decrypted" by leaving it out. */
const LOCK = Buffer.from([0x8c, 0x0d, 4, 9, 3, 8]);
const decrypt = async function* (bytes: AsyncIterable<Buffer>) {
  const chunks: Buffer[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  yield Buffer.concat(chunks).subarray(LOCK.length);
};
let folder: string;
let context: Pick<Context, 'signal' | 'tempDir' | 'emit'>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unpack-'));
  context = { signal: new AbortController().signal, tempDir: join(folder, 'temp'), emit: () => undefined };
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
    const { bytes } = await unpack(await openOldFile({ source, places }, context), decrypt);
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
  ['one frame', ZSTD],
  ['one frame without a checksum', zstdCompressSync(TEXT)],
  ['one frame, then one that is skipped', Buffer.concat([ZSTD, SKIPPED])],
  ['one frame after one that is skipped', Buffer.concat([SKIPPED, ZSTD])],
  ['gzip in zstd', zstdCompressSync(PACKED)],
  ['gzip twice', gzipSync(PACKED)],
  ['gzip in OpenPGP', Buffer.concat([LOCK, PACKED])],
  ['OpenPGP in zstd', zstdCompressSync(Buffer.concat([LOCK, TEXT]))],
])('reads %s', async (_, content) => {
  expect(((await read(content)) as Buffer).equals(TEXT)).toBe(true);
});

it('reads all frames of a zstd file, of which the decoder of Node.js gives only the first', async () => {
  expect(await read(Buffer.concat([ZSTD, SKIPPED, ZSTD]))).toEqual(Buffer.concat([TEXT, TEXT]));
});

it.each([5, 10, 100, 20_000, ZSTD.length - 5, ZSTD.length - 4, ZSTD.length - 1, ZSTD.length + 1, ZSTD.length + 5])(
  'says that a zstd file is incomplete with the %i first bytes of two frames',
  async (bytes) => {
    const message = expect.stringContaining('incomplete');
    const two = Buffer.concat([ZSTD, ZSTD]).subarray(0, bytes);
    expect(await read(two)).toMatchObject({ code: 'object-altered', exitStatus: 3, message });
  },
);

it('notices every flipped bit of a zstd file', async () => {
  for (let at = 9; at < ZSTD.length; at += 499) {
    const flipped = Buffer.from(ZSTD);
    flipped.writeUInt8(flipped.readUInt8(at) ^ 0x10, at);
    expect(await read(flipped), `bit in byte ${at}`).toMatchObject({ code: 'object-altered' });
  }
  const behind = Buffer.concat([ZSTD, Buffer.from('more text')]);
  expect(await read(behind)).toMatchObject({ code: 'object-altered', message: expect.stringContaining('other bytes') });
});

it.each([
  ['bunzip2', Buffer.from('BZh91AY')],
  ['xz -d', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])],
  ['iconv -f UTF-16', Buffer.from('\ufeff--\n', 'utf16le')],
  ['iconv -f UTF-16', Buffer.from('--\n', 'utf16le')],
  ['unpack it first', [1, 2, 3].reduce((packed) => gzipSync(packed), PACKED)],
])('names what to do by hand: %s', async (program, content) => {
  expect(await read(content)).toMatchObject({ code: 'usage-invalid', hint: expect.stringContaining(program) });
});

it('says which keys an encrypted file needs', async () => {
  const path = join(folder, 'locked.sql.gpg');
  await writeFile(path, LOCK);
  const file = await openOldFile({ source: path, places: [] }, context);
  await expect(unpack(file)).rejects.toMatchObject({ code: 'key-missing', hint: expect.stringContaining('gpg') });
});

const CONTENTS: Record<string, string> = { 'toc.dat': 'PGDMP\x01\x0e\0\x04', 'blobs.toc': '16400 blob_16400.dat\n' };

it('copies a directory of pg_dump out of a storage, and nothing else that is there', async () => {
  const storage = createMemoryStorage();
  for (const name of ['toc.dat', '12.dat.gz', 'blobs.toc', 'x/9.dat', 'notes.txt'])
    await storage.put(`dumps/shop/${name}`, Buffer.from(CONTENTS[name] ?? name));
  const places = [{ address: 's3://b', storage, folders: [''] }];
  for (const source of ['dumps/shop', 'dumps/shop/']) {
    const { path = '', isDirectory } = await openOldFile({ source, places }, context);
    expect([isDirectory, (await readdir(path)).sort()]).toEqual([true, ['12.dat.gz', 'blobs.toc', 'toc.dat']]);
    expect(await readFile(join(path, '12.dat.gz'), 'utf8')).toBe('12.dat.gz');
  }
  await expect(openOldFile({ source: 'dumps', places }, context)).rejects.toMatchObject({ code: 'usage-invalid' });
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
