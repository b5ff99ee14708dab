import { BackuperError } from '@postgres-backuper/base';
import { type FileKind, fileKind, KIND_BYTES } from './file-kind.ts';
import { gunzip } from './gunzip.ts';
import type { OldFile } from './old-file.ts';

/** The content of an unpacked file. */
export interface Unpacked {
  readonly kind: 'text' | 'custom' | 'tar';
  readonly isPacked: boolean;
  /** From the beginning. Errors: object-altered, those of the file. */
  bytes(): AsyncIterable<Buffer>;
}

/** Programs for the kinds of files that are not unpacked here. */
const UNPACKERS: Readonly<Partial<Record<FileKind, readonly [what: string, hint: string]>>> = {
  'other-tar': ['a tar archive of other files', 'unpack it with tar, and give the dump in it'],
  gzip: ['packed twice', 'unpack it with gunzip once'],
  zstd: ['packed with zstd', 'unpack it with zstd -d first'],
  xz: ['packed with xz', 'unpack it with xz -d first'],
  bzip2: ['packed with bzip2', 'unpack it with bunzip2 first'],
  lz4: ['packed with lz4', 'unpack it with lz4 -d first'],
  zip: ['a zip archive', 'unpack it with unzip, and give the dump in it'],
  openpgp: ['encrypted with OpenPGP', 'decrypt it with gpg first'],
};

/** Identifies a file by its first bytes, not by its name. Errors: object-altered (empty), usage-invalid. */
export async function unpack(file: OldFile): Promise<Unpacked> {
  const isPacked = fileKind(await firstBytes(file.bytes())) === 'gzip';
  const bytes = isPacked ? () => gunzip(file.bytes(), file.source) : () => file.bytes();
  const head = await firstBytes(bytes());
  if (head.length === 0) throw empty(file.source);
  const kind = fileKind(head);
  if (kind === 'text' || kind === 'custom' || kind === 'tar') return { kind, isPacked, bytes };
  const [what, hint] = UNPACKERS[kind] ?? ['of an unknown kind', 'give a dump as pg_dump writes it'];
  throw new BackuperError('usage-invalid', `'${file.source}' is ${what}`, { hint });
}

async function firstBytes(bytes: AsyncIterable<Buffer>): Promise<Buffer> {
  let head = Buffer.alloc(0);
  for await (const chunk of bytes) {
    head = Buffer.concat([head, chunk.subarray(0, KIND_BYTES)]);
    if (head.length >= KIND_BYTES) break;
  }
  return head;
}

function empty(source: string): BackuperError {
  return new BackuperError('object-altered', `'${source}' is empty`, {
    hint: 'the dump failed when it was made: use an older one',
  });
}
