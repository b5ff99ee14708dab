import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { createOpenPgpCipher, createPlainCipher, generateKeyPair } from '@postgres-backuper/openpgp';
import { type Cipher, createSealers } from '@postgres-backuper/repository';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sealThreads } from '../../packages/cli/src/services/threads.ts';

const SEGMENT = 256 * 1024;
const now = Date.UTC(2026, 0, 2);
const { program } = sealThreads(1);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seal-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Sealers whose threads have begun: the bytes of the first segment are sealed without. */
async function begun(cipher: Cipher, threads: { readonly program: string; readonly count: number }) {
  const sealers = createSealers(cipher, { threads, segmentBytes: SEGMENT });
  await sealers.seal({ plaintext: Buffer.alloc(SEGMENT), md5: false, level: 1 });
  return sealers;
}

async function keys() {
  const pair = await generateKeyPair({ passphrase: 'canary-passphrase-1b', now });
  const privateKeys = [pair.privateKey];
  return { publicKeys: [pair.publicKey], privateKeys, privateKeyPassphrase: 'canary-passphrase-1b', now };
}

test('threads make messages that come back as they went, with the digests of their bytes', async () => {
  const cipher = await createOpenPgpCipher(await keys());
  const sealers = await begun(cipher, { program, count: 2 });
  // the last one does not compress: a message may be larger than its segment
  const segments = [...Array(9).keys()].map((n) => Buffer.alloc(SEGMENT - n, `${n}-abc`)).concat(randomBytes(SEGMENT));
  const sealed = await Promise.all(segments.map((plaintext) => sealers.seal({ plaintext, md5: true, level: 1 })));
  for (const [index, { bytes, sha256, md5 }] of sealed.entries()) {
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    expect(createHash('md5').update(bytes).digest('hex')).toBe(md5);
    expect(zstdDecompressSync(await cipher.decrypt(Buffer.from(bytes))).equals(segments[index] as Buffer)).toBe(true);
  }
  await sealers.close();
});

test('memory is used again once it was given back, and not before', async () => {
  const sealers = await begun(createPlainCipher(), { program, count: 1 });
  const seal = (text: string) => sealers.seal({ plaintext: Buffer.alloc(SEGMENT, text), md5: false, level: 1 });
  const [one, two] = [await seal('one'), await seal('two')];
  expect(one.bytes.buffer).not.toBe(two.bytes.buffer);
  one.release();
  const three = await seal('three');
  expect(three.bytes.buffer).toBe(one.bytes.buffer);
  expect(zstdDecompressSync(two.bytes).toString().startsWith('twotwo')).toBe(true);
  expect(zstdDecompressSync(three.bytes).toString().startsWith('threethree')).toBe(true);
  await sealers.close();
});

test.each([
  ['throws', "throw new Error('broken')", 'broken'],
  ['ends', 'process.exit(3)', 'ended with 3'],
])('a thread that %s fails what it was asked for', async (_, code, message) => {
  const broken = join(folder, 'broken.mjs');
  await writeFile(
    broken,
    `import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => { ${code} });`,
  );
  const sealers = await begun(createPlainCipher(), { program: broken, count: 1 });
  const plaintext = Buffer.alloc(SEGMENT);
  const outcomes = await Promise.allSettled([1, 2].map(() => sealers.seal({ plaintext, md5: false, level: 1 })));
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { message: expect.stringContaining(message) } });
  }
  // and what is asked for afterwards does not wait for ever
  await expect(sealers.seal({ plaintext, md5: false, level: 1 })).rejects.toThrow();
  await sealers.close();
});
