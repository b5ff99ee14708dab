import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const BLOCK = 16;
const ZERO_IV = Buffer.alloc(BLOCK);
const MDC_HEADER = Buffer.from([0xd3, 0x14]);

/**
 * The last packet of a message: Symmetrically Encrypted and Integrity Protected Data, version 1 (RFC 9580, 5.13.1),
 * around one literal packet without name and date. Written here and not by openpgp, which copies the data six times on
 * its way: half the time and a quarter of the memory. `key`: 32 bytes, used for this message alone.
 */
export function sealIntegrityPacket(plaintext: Uint8Array, key: Uint8Array): readonly Uint8Array[] {
  const prefix = randomBytes(BLOCK + 2);
  prefix.copyWithin(BLOCK, BLOCK - 2, BLOCK);
  const literalBody = Buffer.from([0x62, 0, 0, 0, 0, 0]);
  const literalHeader = packetHeader(11, literalBody.length + plaintext.byteLength);
  const head = Buffer.concat([prefix, literalHeader, literalBody]);
  const digest = createHash('sha1').update(head).update(plaintext).update(MDC_HEADER).digest();
  const cipher = createCipheriv('aes-256-cfb', key, ZERO_IV);
  const body = [
    Buffer.from([1]),
    cipher.update(head),
    cipher.update(plaintext),
    cipher.update(MDC_HEADER),
    cipher.update(digest),
    cipher.final(),
  ];
  const length = body.reduce((sum, part) => sum + part.byteLength, 0);
  return [packetHeader(18, length), ...body];
}

/**
 * Whether `key` can be the session key of a version 1 packet with these encrypted bytes: the two last bytes of its
 * random prefix are repeated. Tells a wrong passphrase from altered bytes; proves nothing.
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
