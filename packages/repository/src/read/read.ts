import { createHash } from 'node:crypto';
import { BackuperError, isBackuperError, numberOf, say } from '@postgres-backuper/base';
import { freeMemory } from '@postgres-backuper/base/own-memory';
import {
  type Catalog,
  type Commit,
  dataKey,
  isCatalogName,
  OBJECTS_MAX_BYTES,
  OBJECTS_NAME,
  type ObjectEntry,
  type Piece,
  parseCatalog,
  parseSegment,
  readObjects,
  SEGMENT_MAX_BYTES,
  segmentNumber,
} from '@postgres-backuper/format';
import type { Repository } from '../repository.ts';
import type { CallOptions } from '../storage/storage.ts';
import { checkCommit } from './check-commit.ts';
import { getObject } from './get-object.ts';

/** About the maximum size of a catalog's zstd frame, bytes. */
const CATALOG_STORED_MAX_BYTES = 256 * 1024 * 1024;

/** The documents of a backup, checked against the commit. */
export interface BackupDocuments {
  readonly catalog: Catalog;
  /** Number n is segment n. */
  readonly segments: readonly ObjectEntry[];
  readonly catalogEntry: ObjectEntry;
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
  for await (const entry of readObjects(stored, { key, name: commit.name, label: commit.label })) {
    options.signal?.throwIfAborted();
    if (entry.key.endsWith('.gpg') !== encrypted)
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
  const objects: ObjectEntry[] = [];
  for await (const entry of openObjects(commit, repository, options)) objects.push(entry);
  const segments = objects.filter(({ key }) => segmentNumber(key) !== undefined);
  const catalogEntry = objects.find(({ key }) => isCatalogName(key));
  if (catalogEntry === undefined) throw altered(dataKey(commit, OBJECTS_NAME), 'lists no catalog');
  const catalog = await readCatalog({ commit, entry: catalogEntry }, repository, options);
  checkCommit(commit, { catalog, objects });
  checkExtents(catalog, { commit, segments: segments.length, key: dataKey(commit, catalogEntry.key) });
  return { catalog, segments, catalogEntry };
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

/** The bytes of an object, their size and hash checked. Errors: object-missing, object-altered. */
export async function readStored(
  key: string,
  { sizeBytes, sha256 }: { readonly sizeBytes: number; readonly sha256: string },
  source: Pick<Repository, 'storage'> & CallOptions,
): Promise<Uint8Array> {
  const bytes = await getStored(key, sizeBytes, source);
  if (createHash('sha256').update(bytes).digest('hex') === sha256) return bytes;
  throw altered(key, 'has other bytes than were stored');
}

/** The same without a check of the hash. */
export async function getStored(
  key: string,
  sizeBytes: number,
  { storage, signal }: Pick<Repository, 'storage'> & CallOptions,
): Promise<Uint8Array> {
  const options = { maxBytes: sizeBytes, signal };
  const bytes = await getObject(key, storage, options).catch((error: unknown) => {
    throw isBackuperError(error, 'object-too-large') ? altered(key, `has more than ${sizeBytes} bytes`) : error;
  });
  if (bytes.length !== sizeBytes) throw altered(key, `has ${bytes.length} bytes instead of ${sizeBytes}`);
  return bytes;
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

/** An object's zstd frame. */
async function readOpened(
  { commit, entry, maxBytes }: { commit: Commit; entry: ObjectEntry; maxBytes: number },
  { storage, cipher, encryption }: Repository,
  options: CallOptions,
): Promise<Uint8Array> {
  const key = dataKey(commit, entry.key);
  // a frame may be slightly larger than its content
  const bound = maxBytes + Math.ceil(maxBytes / 128) + 4096;
  if (entry.sizeBytes > bound + 65_536) throw altered(key, 'is larger than any we write');
  const stored = await readStored(key, entry, { storage, ...options });
  if (commit.encryption.profile === 'none') return stored;
  if (encryption === 'none') throw noKey(commit);
  const frame = await cipher.decrypt(stored, { maxBytes: bound }).catch((error: unknown) => {
    throw naming(key, error);
  });
  freeMemory(stored);
  return frame;
}

function noKey({ label }: Commit): BackuperError {
  return new BackuperError('key-missing', `backup '${label}' is encrypted, and no private key is given`, {
    hint: `set ${say.option('privateKey')}, or ${say.option('passphrase')}`,
  });
}

/** Adds the key of the object, which the cipher does not know. */
function naming(key: string, error: unknown): unknown {
  if (!isBackuperError(error, 'message-altered', 'key-wrong')) return error;
  const { hint } = error;
  return new BackuperError(error.code, `object '${key}': ${error.message}`, { hint, cause: error });
}

function checkExtents(
  catalog: Catalog,
  { commit, segments, key }: { commit: Commit; segments: number; key: string },
): void {
  const outside = catalog.files.find(({ extents }) => extents.some(([segment]) => segment >= segments));
  if (outside === undefined) return;
  throw new BackuperError(
    'catalog-invalid',
    `object '${key}' is not valid: '${outside.name}' is outside of '${commit.label}'`,
    {
      hint: 'do not use this backup',
    },
  );
}

function altered(key: string, why: string): BackuperError {
  return new BackuperError('object-altered', `object '${key}' ${why}`, {
    hint: `do not use this backup; ${say.command('verify')} shows which others are good`,
  });
}
