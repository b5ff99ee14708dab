import { BackuperError } from '@postgres-backuper/base';
import type { Catalog, StoredFile } from './catalog-document.ts';
import { CATALOG_SHAPE } from './catalog-shape.ts';
import { checkSlices } from './catalog-slices.ts';
import { checkTables } from './catalog-tables.ts';
import { textsOf } from './catalog-texts.ts';
import { compressTexts } from './compress-texts.ts';
import { invalid } from './json.ts';
import type { JsonBounds } from './json-text.ts';
import { SEGMENTS_MAX } from './objects.ts';
import { checkStanding } from './parent.ts';
import { readDocument } from './read-document.ts';
import { checkFields, ShapeError, wrong } from './shape.ts';
import { storedFilesOf } from './slices.ts';
import { decompressChunks } from './zstd.ts';

/** Largest decompressed catalog, bytes. */
const CATALOG_MAX_BYTES = 256 * 1024 * 1024;

/** Most pieces of all files together: each has five members of CATALOG_BOUNDS, and leaves room for those of tables. */
const PIECES_MAX = 3_000_000;

/** SEGMENTS_MAX pieces of one file are as many lists; they have eight million members, each table and file about twelve. */
export const CATALOG_BOUNDS: JsonBounds = {
  depth: 8,
  members: 16 * 1024 * 1024,
  partBytes: 64 * 1024 * 1024,
  partObjects: 65_536,
  partLists: SEGMENTS_MAX + 1024,
};

/**
 * One zstd frame of a JSON text with one list member per line; the caller encrypts it. Errors: catalog-invalid for one
 * that a reader would refuse.
 */
export async function writeCatalog(catalog: Catalog): Promise<Uint8Array> {
  checkReadable(catalog);
  return compressTexts(textsOf(catalog));
}

/** A backup that no reader accepts must fail now, not when it is needed. */
function checkReadable(catalog: Catalog): void {
  try {
    checkFields(CATALOG_SHAPE, catalog);
    checkMeaning(catalog);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw new BackuperError('catalog-invalid', `the catalog cannot be written: ${error.message}`, {
      hint: 'nothing was committed: report this, and take away what the field describes to make a backup until then',
      cause: error,
    });
  }
}

/**
 * The catalog of the backup that `source` names, from the decrypted frame; `key` is named in errors.
 * Errors: catalog-invalid for a catalog that is damaged, of an unknown version or of another backup, or lacks a table
 * that `pg_restore --list` has.
 */
export async function parseCatalog(
  frame: Uint8Array,
  source: { readonly key: string; readonly name: string; readonly label: string },
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Catalog> {
  try {
    const chunks = decompressChunks(frame, { maxBytes: CATALOG_MAX_BYTES, ...options });
    const catalog = await readDocument(chunks, CATALOG_SHAPE, CATALOG_BOUNDS);
    if (catalog.name !== source.name || catalog.label !== source.label) {
      throw wrong('', `belongs to backup '${catalog.label}' of '${catalog.name}'`);
    }
    checkMeaning(catalog);
    return catalog;
  } catch (error) {
    options.signal?.throwIfAborted();
    throw invalid('catalog-invalid', source.key, error);
  }
}

/** Checks that involve several fields. */
function checkMeaning(catalog: Catalog): void {
  checkSlices(catalog);
  let pieces = 0;
  for (const file of catalog.files) {
    const stored = storedFilesOf(file);
    for (const one of stored) checkExtents(one, catalog.backup.type);
    const own = stored.reduce((sum, { extents }) => sum + extents.length, 0);
    if (own > SEGMENTS_MAX) throw wrong(`files '${file.name}'`, `has more than ${SEGMENTS_MAX} pieces`);
    pieces += own;
  }
  if (pieces > PIECES_MAX) throw wrong('files', `have more than ${PIECES_MAX} pieces: the next backup must be a full`);
  checkTables(catalog);
  checkStanding({ ...catalog.backup, label: catalog.label }, 'backup.');
}

/** The pieces must be the whole file, or slice; those of a full in increasing segments. */
function checkExtents({ name, sizeBytes, extents }: StoredFile, type: Catalog['backup']['type']): void {
  let total = 0;
  let last = -1;
  for (const [segment, , length, inParent] of extents) {
    if (type === 'full' && inParent !== undefined)
      throw wrong(name, 'has pieces in a parent, and the backup is a full');
    if (type === 'full' && segment <= last) throw wrong(name, 'has pieces that are not in the order of their segments');
    last = segment;
    total += length;
  }
  if (total !== sizeBytes) throw wrong(name, `has ${sizeBytes} bytes, but pieces of ${total}`);
}
