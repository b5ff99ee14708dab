const INTEGRITY_TAG = 18;

/**
 * The first encrypted bytes of a version 1 packet, found in the beginning of a binary message; undefined for another
 * packet, or where it begins later. They distinguish a wrong passphrase from altered bytes.
 */
export function encryptedStart(head: Uint8Array): Uint8Array | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  for (let at = 0; at + 6 < bytes.length; ) {
    const { tag, bodyAt, length } = readHeader(bytes, at);
    if (tag === INTEGRITY_TAG) return bytes[bodyAt] === 1 ? bytes.subarray(bodyAt + 1) : undefined;
    if (length === undefined) return undefined;
    at = bodyAt + length;
  }
  return undefined;
}

/** A header in either format (RFC 9580, 4.2). The length is undefined if the packet has none, or only that of its first part. */
function readHeader(bytes: Buffer, at: number) {
  const first = bytes.readUInt8(at);
  if ((first & 0x40) === 0) return readOldHeader(bytes, at);
  const [tag, size] = [first & 0x3f, bytes.readUInt8(at + 1)];
  if (size < 192) return { tag, bodyAt: at + 2, length: size };
  if (size < 224) return { tag, bodyAt: at + 3, length: ((size - 192) << 8) + bytes.readUInt8(at + 2) + 192 };
  if (size === 255) return { tag, bodyAt: at + 6, length: bytes.readUInt32BE(at + 2) };
  return { tag, bodyAt: at + 2, length: undefined };
}

function readOldHeader(bytes: Buffer, at: number) {
  const first = bytes.readUInt8(at);
  const lengthBytes = [1, 2, 4, 0][first & 3] ?? 0;
  const length = lengthBytes === 0 ? undefined : bytes.readUIntBE(at + 1, lengthBytes);
  return { tag: (first >> 2) & 0xf, bodyAt: at + 1 + lengthBytes, length };
}
