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
];
const TAR_MAGIC = { at: 257, text: 'ustar' };
/** The first file in an archive of pg_dump's tar format. */
const TOC = 'toc.dat\0';

export function fileKind(head: Buffer): FileKind {
  const found = MAGIC.find(([, magic]) => head.subarray(0, magic.length).equals(magic));
  if (found !== undefined) return found[0];
  if (head.toString('latin1', TAR_MAGIC.at, TAR_MAGIC.at + TAR_MAGIC.text.length) === TAR_MAGIC.text) {
    return head.toString('latin1', 0, TOC.length) === TOC ? 'tar' : 'other-tar';
  }
  return 'text';
}
