import { createHash } from 'node:crypto';
import { dataKey, type ObjectEntry } from '@postgres-backuper/format';
import { createOpenPgpCipher, generateKeyPair } from '@postgres-backuper/openpgp';
import { createSegmentOpener, type SegmentOpener } from '@postgres-backuper/repository';
import { createMemoryStorage } from '@postgres-backuper/testing/memory-storage';
import { PLAIN_CIPHER, putBackup, testRepository } from '@postgres-backuper/testing/repository-data';
import { afterEach, expect, test } from 'vitest';
import { openThreads } from '../../packages/cli/src/services/threads.ts';

const MAX = { maxBytes: 1 << 20 };
const NAMES = ['segment-00000000.tar.zst.gpg', 'segment-00000001.tar.zst.gpg'];
const signal = new AbortController().signal;
let opener: SegmentOpener | undefined;
afterEach(() => opener?.close());

/** A backup whose segments are OpenPGP messages, and an opener; `asked`: messages that the main thread opened. */
async function prepare(alter: (message: Buffer) => void = () => undefined) {
  const now = Date.UTC(2026, 0, 2);
  const pair = await generateKeyPair({ passphrase: 'canary-passphrase-2c', now });
  const keys = { publicKeys: [pair.publicKey], privateKeys: [pair.privateKey], now };
  const cipher = await createOpenPgpCipher({ ...keys, privateKeyPassphrase: 'canary-passphrase-2c' });
  const storage = createMemoryStorage();
  const commit = await putBackup(storage);
  const entries = await Promise.all(
    NAMES.map(async (name): Promise<ObjectEntry> => {
      const key = dataKey(commit, name);
      const frame = await PLAIN_CIPHER.decrypt(await storage.get(key, MAX));
      const message = Buffer.from(await cipher.encrypt(frame));
      alter(message);
      await storage.remove([key]);
      await storage.put(key, message);
      return {
        key: name,
        sizeBytes: message.length,
        sha256: createHash('sha256').update(message).digest('hex'),
      } as ObjectEntry;
    }),
  );
  const asked: number[] = [];
  const counting: typeof cipher = {
    ...cipher,
    decrypt: (message, options) => {
      asked.push(message.byteLength);
      return cipher.decrypt(message, options);
    },
  };
  opener = createSegmentOpener({ commit, repository: testRepository(storage, { cipher: counting }) }, openThreads());
  return { entries, asked, opener };
}

test('threads open segments, and the main thread decrypts nothing', async () => {
  const { entries, asked, opener } = await prepare();
  const [first, second] = await Promise.all(entries.map((entry) => opener.open(entry, { signal })));
  expect(first?.map(({ data }) => data.toString())).toEqual(['x'.repeat(10)]);
  expect(second?.map(({ data }) => data.toString()).join('')).toBe('x'.repeat(20));
  expect(asked).toEqual([]);
});

test.each([
  ['its first byte', 0],
  ['its encrypted data', -30],
])('a message with %s changed is said to be damaged as without threads', async (_, at) => {
  const { entries, asked, opener } = await prepare((message) => {
    message.writeUInt8(message.readUInt8(at < 0 ? message.length + at : at) ^ 1, at < 0 ? message.length + at : at);
  });
  for (const entry of entries) {
    await expect(opener.open(entry, { signal })).rejects.toMatchObject({
      code: expect.stringMatching(/^(object|message)-altered$/),
      message: expect.stringContaining(entry.key),
    });
  }
  expect(asked.length).toBe(entries.length);
});

test('bytes that are not those that were stored are refused before they are opened', async () => {
  const { entries, asked, opener } = await prepare();
  const other = { ...(entries[0] as ObjectEntry), sha256: '0'.repeat(64) };
  await expect(opener.open(other, { signal })).rejects.toMatchObject({ code: 'object-altered' });
  expect(asked).toEqual([]);
});
