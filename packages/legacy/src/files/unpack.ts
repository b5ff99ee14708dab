import { BackuperError } from '@postgres-backuper/base';
import { type FileKind, fileKind, KIND_BYTES } from './file-kind.ts';
import { gunzip } from './gunzip.ts';
import type { OldFile } from './old-file.ts';
import { unlockFile } from './unlock-file.ts';
import { unzstd } from './unzstd.ts';

/** The content of an unpacked file. */
export interface Unpacked {
  readonly kind: 'text' | 'custom' | 'tar';
  readonly isPacked: boolean;
  /** From the beginning. Errors: object-altered, those of the file. */
  bytes(): AsyncIterable<Buffer>;
}

/**
 * Decrypts an OpenPGP message of any size. Its integrity is known only at the end, as an error or none. Errors:
 * message-altered, those of the keys.
 */
export type Decrypt = (bytes: AsyncIterable<Buffer>) => AsyncIterable<Buffer>;

type Layer = (bytes: AsyncIterable<Buffer>, source: string) => AsyncIterable<Buffer>;

/** `backup.sql.gz.gpg` has two. A file that is packed again and again may be hostile. */
const LAYERS_MAX = 3;

/** Programs for the kinds of files that are not unpacked here. */
const UNPACKERS: Readonly<Partial<Record<FileKind, readonly [what: string, hint: string]>>> = {
  'other-tar': ['a tar archive of other files', 'unpack it with tar, and give the dump in it'],
  xz: ['packed with xz', 'unpack it with xz -d first'],
  bzip2: ['packed with bzip2', 'unpack it with bunzip2 first'],
  lz4: ['packed with lz4', 'unpack it with lz4 -d first'],
  zip: ['a zip archive', 'unpack it with unzip, and give the dump in it'],
  'utf-16': [
    'text in UTF-16, as PowerShell writes it',
    'make the dump again with pg_dump --file, or convert it with "iconv -f UTF-16 -t UTF-8": letters outside of ASCII may be lost in it',
  ],
};

/** Identifies a file by its first bytes, not by its name. Errors: object-altered, usage-invalid, those of `decrypt`. */
export async function unpack(file: OldFile, decrypt?: Decrypt): Promise<Unpacked> {
  const { source } = file;
  let bytes = (): AsyncIterable<Buffer> => file.bytes();
  for (let layers = 0; ; layers += 1) {
    const head = await firstBytes(bytes());
    if (head.length === 0) throw empty(source);
    const kind = fileKind(head);
    if (kind === 'text' || kind === 'custom' || kind === 'tar') return { kind, isPacked: layers > 0, bytes };
    const layer = layerOf(kind, decrypt);
    if (layer === undefined || layers === LAYERS_MAX) throw unknown(kind, source);
    const packed = bytes;
    bytes = () => layer(packed(), source);
  }
}

function layerOf(kind: FileKind, decrypt: Decrypt | undefined): Layer | undefined {
  if (kind === 'gzip') return gunzip;
  if (kind === 'zstd') return unzstd;
  return kind === 'openpgp' ? (bytes, source) => unlockFile(bytes, source, decrypt) : undefined;
}

async function firstBytes(bytes: AsyncIterable<Buffer>): Promise<Buffer> {
  let head = Buffer.alloc(0);
  for await (const chunk of bytes) {
    head = Buffer.concat([head, chunk.subarray(0, KIND_BYTES)]);
    if (head.length >= KIND_BYTES) break;
  }
  return head;
}

function unknown(kind: FileKind, source: string): BackuperError {
  const again = ['packed again and again', 'unpack it first'] as const;
  const [what, hint] = UNPACKERS[kind] ?? again;
  return new BackuperError('usage-invalid', `'${source}' is ${what}`, { hint });
}

function empty(source: string): BackuperError {
  return new BackuperError('object-altered', `'${source}' is empty`, {
    hint: 'the dump failed when it was made: use an older one',
  });
}
