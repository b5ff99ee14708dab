const MAGIC = 0xfd2fb528;
const CHECKSUM_BYTES = 4;
const RLE = 1;

/**
 * Walks over the blocks of a zstd frame (RFC 8878, 3.1.1) without decompressing it. `fault` unless the bytes are
 * exactly one complete frame with a checksum and no trailing bytes. `contentBytes` where the frame states it.
 */
export function frameFault(bytes: Uint8Array): { readonly fault?: string; readonly contentBytes?: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 6 || view.getUint32(0, true) !== MAGIC) return { fault: 'is not a zstd frame' };
  const head = readHead(view);
  if (!head.checksum) return { fault: 'is a zstd frame without checksum' };
  let at = head.length;
  for (;;) {
    if (at + 3 > bytes.length) return { fault: 'is a zstd frame cut short' };
    const block = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    at += 3 + (((block >> 1) & 3) === RLE ? 1 : block >> 3);
    if (block & 1) break;
  }
  at += CHECKSUM_BYTES;
  if (at > bytes.length) return { fault: 'is a zstd frame cut short' };
  if (at < bytes.length) return { fault: 'has bytes after its zstd frame' };
  return head.contentBytes === undefined ? {} : { contentBytes: head.contentBytes };
}

function readHead(view: DataView) {
  const descriptor = view.getUint8(4);
  const single = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeBytes = [single ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const sizeAt = 5 + (single ? 0 : 1) + dictionaryBytes;
  const length = sizeAt + sizeBytes;
  const known = sizeBytes > 0 && length <= view.byteLength;
  return {
    checksum: (descriptor & 4) !== 0,
    length,
    ...(known ? { contentBytes: readSize(view, sizeAt, sizeBytes) } : {}),
  };
}

function readSize(view: DataView, at: number, sizeBytes: number): number {
  if (sizeBytes === 1) return view.getUint8(at);
  if (sizeBytes === 2) return view.getUint16(at, true) + 256;
  if (sizeBytes === 4) return view.getUint32(at, true);
  return Number(view.getBigUint64(at, true));
}
