/** A message in the format of `writeMessage`. */
export interface OwnMessage {
  /** The packets with the session key, and the first bytes of the encrypted packet: enough to find the session key. */
  readonly start: Uint8Array;
  /** Where they begin in the message. */
  readonly encryptedAt: number;
}

const SESSION_KEY_TAGS = [1, 3];
const INTEGRITY_TAG = 18;
/** Encrypted bytes in `start`. */
const START_BYTES = 64;

/** Undefined for a message in any other format, which the library reads. */
export function splitOwnMessage(bytes: Uint8Array): OwnMessage | undefined {
  for (let at = 0; at + 7 < bytes.byteLength; ) {
    const header = readHeader(bytes, at);
    if (header === undefined) return undefined;
    const end = header.bodyAt + header.length;
    if (header.tag === INTEGRITY_TAG) {
      const isLast = end === bytes.byteLength && bytes[header.bodyAt] === 1 && header.bodyAt === at + 6;
      return isLast && header.length > START_BYTES ? split(bytes, at) : undefined;
    }
    if (!SESSION_KEY_TAGS.includes(header.tag)) return undefined;
    at = end;
  }
  return undefined;
}

/** The encrypted packet, shortened, with the new length in its header. */
function split(bytes: Uint8Array, at: number): OwnMessage {
  const encryptedAt = at + 7;
  const start = Buffer.from(bytes.subarray(0, encryptedAt + START_BYTES));
  start.writeUInt32BE(1 + START_BYTES, at + 2);
  return { start, encryptedAt };
}

/** A header in the new format (RFC 9580, 4.2.1); no partial lengths. */
function readHeader(bytes: Uint8Array, at: number) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = view.getUint8(at);
  if ((tag & 0xc0) !== 0xc0) return undefined;
  const first = view.getUint8(at + 1);
  if (first < 192) return { tag: tag & 0x3f, length: first, bodyAt: at + 2 };
  if (first < 224)
    return { tag: tag & 0x3f, length: ((first - 192) << 8) + view.getUint8(at + 2) + 192, bodyAt: at + 3 };
  return first === 255 ? { tag: tag & 0x3f, length: view.getUint32(at + 2), bodyAt: at + 6 } : undefined;
}
