import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { freeMemory } from '@postgres-backuper/base/own-memory';
import type { Envelope } from '@postgres-backuper/repository';
import { decryptCfb } from './decrypt-cfb.ts';

const BLOCK = 16;
const ZERO_IV = Buffer.alloc(BLOCK);
const SHA1_BYTES = 20;
const MDC_HEADER = Buffer.from([0xd3, 0x14]);

/** Binary, without name and date. */
const LITERAL_BODY = Buffer.from([0x62, 0, 0, 0, 0, 0]);

/** So small that a piece and its ciphertext fit in the processor's cache and the allocator's pool. */
const PIECE = 64 * 1024;

/** Upper bound of a message's bytes besides head and plaintext: packet headers, random prefix, digest. */
const FRAME_BYTES = 128;

/**
 * Writes a whole message into `into` and returns its length: the envelope's head and a Symmetrically Encrypted and
 * Integrity Protected Data packet, version 1 (RFC 9580, 5.13.1), around one literal packet without name and date.
 * Not written by openpgp, which copies the data six times. The envelope's key has 32 bytes.
 */
export function writeMessage({ head, key }: Envelope, plaintext: Uint8Array, into: Uint8Array): number {
  const prefix = randomBytes(BLOCK + 2);
  prefix.copyWithin(BLOCK, BLOCK - 2, BLOCK);
  const literalHeader = packetHeader(11, LITERAL_BODY.length + plaintext.byteLength);
  const before = Buffer.concat([prefix, literalHeader, LITERAL_BODY]);
  const length = 1 + before.length + plaintext.byteLength + MDC_HEADER.length + SHA1_BYTES;
  const start = Buffer.concat([head, packetHeader(18, length), Buffer.from([1])]);
  into.set(start);
  let at = start.length;
  const cipher = createCipheriv('aes-256-cfb', key, ZERO_IV);
  const hash = createHash('sha1');
  for (const piece of pieces(before, plaintext, MDC_HEADER)) {
    hash.update(piece);
    const encrypted = cipher.update(piece);
    into.set(encrypted, at);
    freeMemory(encrypted);
    at += piece.byteLength;
  }
  into.set(cipher.update(hash.digest()), at);
  return at + SHA1_BYTES;
}

/** The same, into newly allocated memory. */
export function sealMessage(envelope: Envelope, plaintext: Uint8Array): Uint8Array {
  const message = Buffer.allocUnsafeSlow(envelope.head.byteLength + plaintext.byteLength + FRAME_BYTES);
  return message.subarray(0, writeMessage(envelope, plaintext, message));
}

function* pieces(...parts: readonly Uint8Array[]): Generator<Uint8Array> {
  for (const part of parts) {
    for (let at = 0; at < part.byteLength; at += PIECE) yield part.subarray(at, at + PIECE);
  }
}

/** Offset of the data: after the prefix and the header and first fields of the literal packet. */
const DATA_AT = BLOCK + 2 + 6 + 6;

/**
 * The plaintext of the encrypted bytes of such a packet. Undefined unless its digest is right and all of it is as
 * `writeMessage` writes it. `key`: 32 bytes.
 */
export function openIntegrityPacket(encrypted: Uint8Array, key: Uint8Array): Uint8Array | undefined {
  const digestAt = encrypted.byteLength - SHA1_BYTES;
  const dataEnd = digestAt - MDC_HEADER.length;
  if (dataEnd < DATA_AT) return undefined;
  const plain = decryptCfb(encrypted, key);
  const digest = createHash('sha1').update(plain.subarray(0, digestAt)).digest();
  if (!timingSafeEqual(digest, plain.subarray(digestAt))) return undefined;
  const literal = Buffer.concat([packetHeader(11, dataEnd - DATA_AT + 6), LITERAL_BODY]);
  const isOurs =
    plain.subarray(BLOCK - 2, BLOCK).equals(plain.subarray(BLOCK, BLOCK + 2)) &&
    plain.subarray(BLOCK + 2, DATA_AT).equals(literal) &&
    plain.subarray(dataEnd, digestAt).equals(MDC_HEADER);
  return isOurs ? plain.subarray(DATA_AT, dataEnd) : undefined;
}

/**
 * Whether `key` can be the session key of a version 1 packet with these encrypted bytes: the last two bytes of its
 * random prefix are repeated. It distinguishes a wrong passphrase from altered bytes, but proves nothing.
 */
export function fitsIntegrityPacket(encrypted: Uint8Array, key: Uint8Array): boolean {
  if (![16, 24, 32].includes(key.byteLength) || encrypted.byteLength < BLOCK + 2) return true;
  const decipher = createDecipheriv(`aes-${key.byteLength * 8}-cfb`, key, ZERO_IV);
  const prefix = decipher.update(encrypted.subarray(0, BLOCK + 2));
  return prefix[BLOCK - 2] === prefix[BLOCK] && prefix[BLOCK - 1] === prefix[BLOCK + 1];
}

/** New-format header with a five-octet length. */
function packetHeader(tag: number, length: number): Buffer {
  const header = Buffer.from([0xc0 | tag, 0xff, 0, 0, 0, 0]);
  header.writeUInt32BE(length, 2);
  return header;
}
