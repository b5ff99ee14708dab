import { BackuperError, numberOf } from '@postgres-backuper/base';
import { freeMemory } from '@postgres-backuper/base/own-memory';
import {
  type Catalog,
  type CatalogFile,
  type Commit,
  createObjectList,
  dataKey,
  type Extent,
  extentsOf,
  INDEX_NAME,
  isCatalogName,
  isForDifferentials,
  OBJECTS_MAX_BYTES,
  OBJECTS_NAME,
  type ObjectEntry,
  type ObjectList,
  type Piece,
  parseCatalog,
  parseSegment,
  readObjects,
  SEGMENT_MAX_BYTES,
  SEGMENT_RANGES,
  segmentNumber,
} from '@postgres-backuper/format';
import type { Repository } from '../repository.ts';
import type { CallOptions } from '../storage/storage.ts';
import { checkCommit } from './check-commit.ts';
import { altered, readOpened, readStored } from './read-stored.ts';

/** About the maximum size of a catalog's zstd frame, bytes. */
const CATALOG_STORED_MAX_BYTES = 256 * 1024 * 1024;

/** The documents of a backup, checked against the commit. */
export interface BackupDocuments {
  readonly catalog: Catalog;
  /** In the order of their numbers; an extent names one by its place here. */
  readonly segments: ObjectList;
  readonly catalogEntry: ObjectEntry;
  /** Whether differentials may stand on it. */
  readonly hasIndex: boolean;
}

/**
 * The stored list of the objects, its hash compared with the commit's; `readObjects` reads it line by line.
 * Errors: object-missing, object-altered, those of the storage.
 */
async function readObjectsDocument(
  commit: Commit,
  { storage }: Pick<Repository, 'storage'>,
  options: CallOptions = {},
): Promise<Uint8Array> {
  const { sizeBytes, sha256 } = commit.objects;
  if (sizeBytes > OBJECTS_MAX_BYTES) throw altered(dataKey(commit, OBJECTS_NAME), 'is larger than any we write');
  return readStored(dataKey(commit, OBJECTS_NAME), { sizeBytes, sha256 }, { storage, ...options });
}

/**
 * The objects of a backup in the order of their keys, in bounded memory; their number and size are compared with the
 * commit's. Errors: object-missing, object-altered, catalog-invalid, those of the storage.
 */
export async function* openObjects(
  commit: Commit,
  repository: Pick<Repository, 'storage'>,
  options: CallOptions = {},
): AsyncGenerator<ObjectEntry> {
  const stored = await readObjectsDocument(commit, repository, options);
  const key = dataKey(commit, OBJECTS_NAME);
  const found = { segments: 0, storedBytes: 0 };
  const encrypted = commit.encryption.profile !== 'none';
  const inRanges = commit.critical?.includes(SEGMENT_RANGES) === true;
  for await (const entry of readObjects(stored, { key, name: commit.name, label: commit.label, inRanges })) {
    options.signal?.throwIfAborted();
    if (isForDifferentials(entry.key) && commit.type !== 'full')
      throw altered(key, `lists '${entry.key}' of a differential`);
    if (!isForDifferentials(entry.key) && entry.key.endsWith('.gpg') !== encrypted)
      throw altered(key, `lists '${entry.key}', against what its commit says`);
    if (segmentNumber(entry.key) !== undefined) found.segments += 1;
    found.storedBytes += entry.sizeBytes;
    yield entry;
  }
  const { segments, storedBytes } = commit.totals;
  if (found.segments !== segments)
    throw otherTotals(key, `${numberOf(found.segments, 'segment')}, the commit ${segments}`);
  if (found.storedBytes !== storedBytes)
    throw otherTotals(key, `${found.storedBytes} bytes, the commit ${storedBytes}`);
}

function otherTotals(key: string, both: string): BackuperError {
  return new BackuperError('catalog-invalid', `object '${key}' lists ${both}`, { hint: 'do not use this backup' });
}

/**
 * Objects and catalog. Errors: as openObjects, and those of `decrypt` with the object's key; commit-invalid for a commit
 * that contradicts them.
 */
export async function readDocuments(
  commit: Commit,
  repository: Repository,
  options: CallOptions = {},
): Promise<BackupDocuments> {
  const { segments, others } = await readObjectList(commit, repository, options);
  const catalogEntry = others.find(({ key }) => isCatalogName(key));
  if (catalogEntry === undefined) throw altered(dataKey(commit, OBJECTS_NAME), 'lists no catalog');
  const catalog = await readCatalog({ commit, entry: catalogEntry }, repository, options);
  checkCommit(commit, { catalog, objects: chained(segments, others) });
  checkExtents(catalog, { commit, segments: segments.length, key: dataKey(commit, catalogEntry.key) });
  return { catalog, segments, catalogEntry, hasIndex: others.some(({ key }) => key === INDEX_NAME) };
}

/** Segments are packed: 57 bytes of memory for each. Errors: as openObjects. */
export async function readObjectList(
  commit: Commit,
  repository: Pick<Repository, 'storage'>,
  options: CallOptions = {},
): Promise<{ readonly segments: ObjectList; readonly others: readonly ObjectEntry[] }> {
  const segments = createObjectList();
  const others: ObjectEntry[] = [];
  for await (const entry of openObjects(commit, repository, options)) {
    if (segmentNumber(entry.key) === undefined) others.push(entry);
    else segments.add(entry);
  }
  return { segments, others };
}

function* chained<T>(...lists: readonly Iterable<T>[]): Generator<T> {
  for (const list of lists) yield* list;
}

/**
 * The pieces of one segment: hash of the stored bytes, decryption, decompression and tar checked, in this order.
 * Errors: object-missing, object-altered, message-altered, key-wrong, key-missing, those of the storage.
 */
export async function readSegmentPieces(
  { commit, entry }: { readonly commit: Commit; readonly entry: ObjectEntry },
  repository: Repository,
  options: CallOptions = {},
): Promise<Piece[]> {
  const frame = await readOpened({ commit, entry, maxBytes: SEGMENT_MAX_BYTES }, repository, options);
  const pieces = await parseSegment(frame, { key: dataKey(commit, entry.key) });
  freeMemory(frame);
  return pieces;
}

async function readCatalog(
  { commit, entry }: { commit: Commit; entry: ObjectEntry },
  repository: Repository,
  options: CallOptions,
): Promise<Catalog> {
  const frame = await readOpened({ commit, entry, maxBytes: CATALOG_STORED_MAX_BYTES }, repository, options);
  const source = { key: dataKey(commit, entry.key), name: commit.name, label: commit.label };
  return parseCatalog(frame, source, options);
}

/** A file with extents in segments that the backup, or its parent, has not. */
export function fileOutside(
  { files }: Pick<Catalog, 'files'>,
  { segments, inParent }: { readonly segments: number; readonly inParent: Extent[3] },
): CatalogFile | undefined {
  return files.find((file) => {
    for (const [segment, , , where] of extentsOf(file)) if (where === inParent && segment >= segments) return true;
    return false;
  });
}

function checkExtents(
  catalog: Catalog,
  { commit, segments, key }: { commit: Commit; segments: number; key: string },
): void {
  const outside = fileOutside(catalog, { segments, inParent: undefined });
  if (outside === undefined) return;
  throw new BackuperError(
    'catalog-invalid',
    `object '${key}' is not valid: '${outside.name}' is outside of '${commit.label}'`,
    {
      hint: 'do not use this backup',
    },
  );
}
