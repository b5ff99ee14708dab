import { randomBytes } from 'node:crypto';
import { BackuperError } from '@postgres-backuper/base';
import { createMessage, encrypt, readKey } from 'openpgp';
import { beforeAll, expect, it } from 'vitest';
import { generateKeyPair, type KeyPair } from './key-pair.ts';
import { createMessageReader, type MessageReaderOptions } from './message-reader.ts';

const DATA = Buffer.from(randomBytes(150_000).toString('base64'));
const PASSPHRASE = 'canary-passphrase-5ad1';
let pair: KeyPair;
let byKey: MessageReaderOptions;
const byPassphrase = { privateKeys: [], passphrase: PASSPHRASE };
const messages: Record<'key' | 'armored' | 'passphrase', Buffer> = {} as never;

beforeAll(async () => {
  pair = await generateKeyPair({ passphrase: PASSPHRASE, now: Date.now() });
  byKey = { privateKeys: [pair.privateKey], privateKeyPassphrase: PASSPHRASE };
  const encryptionKeys = await readKey({ armoredKey: pair.publicKey });
  const message = () => createMessage({ binary: new Uint8Array(DATA) });
  const binary = { message: await message(), format: 'binary' } as const;
  messages.key = Buffer.from((await encrypt({ ...binary, encryptionKeys })) as Uint8Array);
  messages.passphrase = Buffer.from((await encrypt({ ...binary, passwords: [PASSPHRASE] })) as Uint8Array);
  messages.armored = Buffer.from((await encrypt({ message: await message(), encryptionKeys })) as string);
});

async function* chunksOf(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 40_000) yield bytes.subarray(at, at + 40_000);
}

async function read(bytes: AsyncIterable<Buffer>, options: MessageReaderOptions): Promise<Buffer | BackuperError> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of createMessageReader(options)(bytes)) chunks.push(chunk);
    return Buffer.concat(chunks);
  } catch (error) {
    if (error instanceof BackuperError) return error;
    throw error;
  }
}

const optionsFor = (kind: keyof typeof messages) => (kind === 'passphrase' ? byPassphrase : byKey);

it.each(['key', 'armored', 'passphrase'] as const)('reads a message in chunks: %s', async (kind) => {
  expect(DATA.equals((await read(chunksOf(messages[kind]), optionsFor(kind))) as Buffer)).toBe(true);
});

it.each(['key', 'passphrase'] as const)('says that a message is altered wherever it is cut: %s', async (kind) => {
  const message = messages[kind];
  for (const cut of [0, 1, 7, 60, 250, 1000, 50_000, message.length - 30, message.length - 1]) {
    const end = await read(chunksOf(message.subarray(0, cut)), optionsFor(kind));
    expect(end, `${cut} bytes`).toMatchObject({ code: 'message-altered', exitStatus: 3 });
  }
});

it('notices flipped bits of the encrypted data, at the latest at their end', async () => {
  for (let at = messages.key.length - 1; at > 1000; at -= 33_331) {
    const flipped = Buffer.from(messages.key);
    flipped.writeUInt8(flipped.readUInt8(at) ^ 4, at);
    expect(await read(chunksOf(flipped), byKey), `byte ${at}`).toMatchObject({ code: 'message-altered' });
  }
});

it('names the missing or wrong key or passphrase', async () => {
  const code = async (kind: keyof typeof messages, options: MessageReaderOptions) =>
    ((await read(chunksOf(messages[kind]), options)) as BackuperError).code;
  const other = await generateKeyPair({ passphrase: PASSPHRASE, now: Date.now() });
  expect(await code('key', { privateKeys: [] })).toBe('key-missing');
  expect(await code('key', { ...byKey, privateKeys: [other.privateKey] })).toBe('key-wrong');
  expect(await code('key', { privateKeys: [pair.privateKey] })).toBe('passphrase-missing');
  expect(await code('key', { ...byKey, privateKeyPassphrase: 'x' })).toBe('passphrase-wrong');
  expect(await code('passphrase', { privateKeys: [] })).toBe('passphrase-missing');
  expect(await code('passphrase', { privateKeys: [], passphrase: 'x' })).toBe('passphrase-wrong');
});

it('gives the error of the file itself, and ends when only the beginning is wanted', async () => {
  const broken = async function* () {
    yield messages.key.subarray(0, 50_000);
    throw new BackuperError('storage-failed', 'cannot be read');
  };
  expect(await read(broken(), byKey)).toMatchObject({ code: 'storage-failed' });
  for await (const chunk of createMessageReader(byKey)(chunksOf(messages.key))) {
    expect(chunk.length).toBeGreaterThan(0);
    break;
  }
});
