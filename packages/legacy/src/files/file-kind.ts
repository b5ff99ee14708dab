/** The kind of a file by its first bytes. */
export type FileKind =
  | 'gzip'
  | 'custom'
  | 'tar'
  | 'other-tar'
  | 'zstd'
  | 'xz'
  | 'bzip2'
  | 'lz4'
  | 'zip'
  | 'openpgp'
  | 'utf-16'
  | 'text';

/** Number of bytes that identify the kind. */
export const KIND_BYTES = 512;

const MAGIC: readonly (readonly [FileKind, Buffer])[] = [
  ['gzip', Buffer.from([0x1f, 0x8b])],
  ['custom', Buffer.from('PGDMP')],
  ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
  ['xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])],
  ['bzip2', Buffer.from('BZh')],
  ['lz4', Buffer.from([0x04, 0x22, 0x4d, 0x18])],
  ['zip', Buffer.from('PK\x03\x04', 'latin1')],
  ['openpgp', Buffer.from('-----BEGIN PGP')],
  ['utf-16', Buffer.from([0xff, 0xfe])],
  ['utf-16', Buffer.from([0xfe, 0xff])],
];
/** Session key packets by their first byte, for a key or for a passphrase (RFC 9580, 4.2, 5.1 and 5.3). */
const SESSION_KEY = new Set([0x84, 0x85, 0x86, 0x8c, 0x8d, 0x8e, 0xc1, 0xc3]);
const SESSION_KEY_VERSIONS = [3, 4, 5, 6];
const TAR_MAGIC = { at: 257, text: 'ustar' };
/** The first file in an archive of pg_dump's tar format. */
const TOC = 'toc.dat\0';

export function fileKind(head: Buffer): FileKind {
  const found = MAGIC.find(([, magic]) => head.subarray(0, magic.length).equals(magic));
  if (found !== undefined) return found[0];
  if (head.toString('latin1', TAR_MAGIC.at, TAR_MAGIC.at + TAR_MAGIC.text.length) === TAR_MAGIC.text) {
    return head.toString('latin1', 0, TOC.length) === TOC ? 'tar' : 'other-tar';
  }
  if (isSkippableZstd(head)) return 'zstd';
  if (isOpenPgp(head)) return 'openpgp';
  return head.length > 1 && head.subarray(0, 2).includes(0) ? 'utf-16' : 'text';
}

/** pzstd begins its files with such a frame (RFC 8878, 3.1.2). */
function isSkippableZstd(head: Buffer): boolean {
  return head.length >= 4 && head.readUInt32LE() >>> 4 === 0x184d2a5;
}

/** Whether it begins as gpg writes an encrypted file. */
function isOpenPgp(head: Buffer): boolean {
  const [first = 0, second = 0] = head;
  if (!SESSION_KEY.has(first)) return false;
  const versionAt = first < 0xc0 ? [2, 3, 5][first & 3] : second < 192 ? 2 : second < 224 ? 3 : 6;
  return SESSION_KEY_VERSIONS.includes(head[versionAt ?? 0] ?? 0);
}
