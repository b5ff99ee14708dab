import { createHash } from 'node:crypto';
import { BackuperError, say } from '@postgres-backuper/base';
import { type Catalog, type CatalogFile, type StoredFile, storedFilesOf } from '@postgres-backuper/format';
import type { Segments } from './segments.ts';

/** The bytes of one file, piece by piece, each checked with its segment. Errors: those of Segments.read. */
export async function* streamPieces(segments: Segments, file: CatalogFile): AsyncGenerator<Buffer> {
  for (const stored of storedFilesOf(file)) yield* streamStored(segments, stored);
}

/** The same of one slice, from 1, of a file that has slices. Errors: also catalog-invalid where it has no such slice. */
export function streamSlice(segments: Segments, file: CatalogFile, number: number): AsyncGenerator<Buffer> {
  const stored = storedFilesOf(file)[number - 1];
  if (stored !== undefined) return streamStored(segments, stored);
  throw new BackuperError('catalog-invalid', `file '${file.name}' of the dump has no slice ${number}`);
}

async function* streamStored(segments: Segments, { name, extents }: StoredFile): AsyncGenerator<Buffer> {
  let offset = 0;
  let index = 0;
  for (const extent of extents) {
    const bytes = await segments.read({ file: name, offset, extent });
    index += 1;
    const next = extents.at(index);
    if (next !== undefined) segments.prefetch(next);
    offset += bytes.length;
    yield bytes;
  }
}

/**
 * The same; after the last piece of the file, or of each of its slices, size and SHA-256 are compared with the catalog.
 * Errors: those of Segments.read, catalog-invalid.
 */
export async function* streamFile(segments: Segments, file: CatalogFile): AsyncGenerator<Buffer> {
  for (const stored of storedFilesOf(file)) yield* streamCompared(segments, stored);
}

async function* streamCompared(segments: Segments, file: StoredFile): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const bytes of streamStored(segments, file)) {
    hash.update(bytes);
    sizeBytes += bytes.length;
    yield bytes;
  }
  if (sizeBytes !== file.sizeBytes || hash.digest('hex') !== file.sha256) {
    throw new BackuperError('catalog-invalid', `file '${file.name}' of the dump is not what the catalog says`, {
      hint: `restore another backup: ${say.command('list')} shows them`,
    });
  }
}

/** Bytes; larger files are only streamed. A table of contents has about 1 KiB for each object. */
const WHOLE_MAX_BYTES = 1024 * 1024 * 1024;

/** A small file as a whole. Errors: as streamFile; catalog-invalid for one that is too large. */
export async function readFileWhole(segments: Segments, file: CatalogFile): Promise<Buffer> {
  requireSmall(file);
  const pieces: Buffer[] = [];
  for await (const piece of streamFile(segments, file)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Whether a file may be held as a whole. Errors: catalog-invalid. */
export function requireSmall(file: CatalogFile): void {
  if (file.sizeBytes <= WHOLE_MAX_BYTES) return;
  throw new BackuperError('catalog-invalid', `file '${file.name}' of the dump is larger than any we write`, {
    hint: `restore another backup: ${say.command('list')} shows them`,
  });
}

/** Errors: catalog-invalid. */
export function fileNamed(catalog: Catalog, name: string): CatalogFile {
  const file = byName(catalog.files).get(name);
  if (file === undefined) {
    throw new BackuperError('catalog-invalid', `the catalog of '${catalog.label}' has no file '${name}'`);
  }
  return file;
}

/** Of each list that was asked for: a search through 100,000 files for each of 100,000 tables would take minutes. */
const INDEXES = new WeakMap<readonly CatalogFile[], ReadonlyMap<string, CatalogFile>>();

function byName(files: readonly CatalogFile[]): ReadonlyMap<string, CatalogFile> {
  const known = INDEXES.get(files);
  if (known !== undefined) return known;
  const index = new Map(files.map((file) => [file.name, file]));
  INDEXES.set(files, index);
  return index;
}
