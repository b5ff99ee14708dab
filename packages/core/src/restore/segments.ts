import { BackuperError, createGate } from '@postgres-backuper/base';
import {
  type CatalogFile,
  type Commit,
  dataKey,
  type Extent,
  extentsOf,
  type ObjectEntry,
  pieceName,
} from '@postgres-backuper/format';
import { readSegmentPieces } from '@postgres-backuper/repository';
import type { OpenedBackup } from './opened-backup.ts';
import { createSegmentBytes, type SegmentBytes } from './segment-bytes.ts';

/** Segments fetched and opened at once: more only costs memory on a few cores. */
const LOADS_AT_ONCE = 2;

/** Plain segments, each fetched once for all of its pieces and checked whole before its first byte is released. */
export interface Segments {
  /** A piece; its segment is released once every announced piece of it was read. */
  read(wanted: WantedPiece): Promise<Buffer>;
  /** Begins to fetch what will be read next, while there is room. */
  prefetch(extent: Extent): void;
  /** Of the announced files these alone are still read: what has no part of them is released. */
  only(files: readonly CatalogFile[]): void;
  /** Stored bytes fetched so far. */
  readonly storedBytes: number;
}

export interface WantedPiece {
  readonly file: string;
  /** In its file, bytes. */
  readonly offset: number;
  readonly extent: Extent;
}

/** Number of a segment; those of the full on which a differential stands count down from -1. */
export type SegmentId = number;

export function segmentId([number, , , inParent]: Extent): SegmentId {
  return inParent === 1 ? -1 - number : number;
}

/**
 * `files`: all that will be read. `keep`: segments in memory besides those whose pieces are in use; of a differential as
 * many of its full. Errors of `read`: those of readSegmentPieces, catalog-invalid.
 */
export function createSegments(
  backup: OpenedBackup,
  { files, keep }: { readonly files: readonly CatalogFile[]; readonly keep: number },
  signal: AbortSignal,
): Segments {
  const room = backup.full === undefined ? keep : 2 * keep;
  let unread = countPieces(files, backup);
  const cache = new Map<SegmentId, Promise<SegmentBytes>>();
  const gate = createGate(LOADS_AT_ONCE);
  let storedBytes = 0;
  const load = (id: SegmentId): Promise<SegmentBytes> => {
    const loading =
      cache.get(id) ??
      gate(async () => {
        const source = sourceOf(backup, id);
        const pieces = await readSegmentPieces(source, backup.repository, { signal });
        storedBytes += source.entry.sizeBytes;
        return createSegmentBytes(pieces);
      });
    loading.catch(() => cache.delete(id));
    cache.delete(id); // moved to the end: the least recently used one is evicted first
    cache.set(id, loading);
    for (const oldest of cache.keys()) if (cache.size > room && oldest !== id) cache.delete(oldest);
    return loading;
  };
  return {
    get storedBytes() {
      return storedBytes;
    },
    prefetch(extent) {
      const id = segmentId(extent);
      if (!cache.has(id) && cache.size < room) load(id).catch(() => undefined); // reported when it is read
    },
    only(files) {
      unread = countPieces(files, backup);
      for (const id of cache.keys()) if (!unread.has(id)) cache.delete(id);
    },
    async read({ file, offset, extent }) {
      const id = segmentId(extent);
      const bytes = await load(id);
      const [, at, length] = extent;
      const piece = backup.full === undefined ? bytes.piece(file, offset, length) : bytes.range(at, length);
      if (unread.take(id) <= 0) cache.delete(id);
      if (piece === undefined) throw lacking(backup, { id, file, offset });
      return piece;
    },
  };
}

/** The hash of the segment was right: in a differential the catalog is wrong, and its full may be well. */
function lacking(
  backup: OpenedBackup,
  { id, file, offset }: { readonly id: SegmentId; readonly file: string; readonly offset: number },
): BackuperError {
  const hint = 'do not use this backup';
  const { commit, entry } = sourceOf(backup, id);
  const lost = `'${pieceName(file, offset)}'`;
  if (backup.full === undefined)
    return new BackuperError('object-altered', `object '${dataKey(commit, entry.key)}' lacks ${lost}`, { hint });
  const text = `the catalog of '${backup.commit.label}' looks for ${lost} where '${entry.key}' of '${commit.label}' has none`;
  return new BackuperError('catalog-invalid', text, { hint });
}

/** The object of a segment, in the backup or its full. Errors: catalog-invalid. */
export function sourceOf(
  { commit, segments, full }: Pick<OpenedBackup, 'commit' | 'segments' | 'full'>,
  id: SegmentId,
): { readonly commit: Commit; readonly entry: ObjectEntry } {
  const [of, entry] = id < 0 ? [full?.commit ?? commit, full?.segments.at(-1 - id)] : [commit, segments.at(id)];
  if (entry !== undefined) return { commit: of, entry };
  throw new BackuperError('catalog-invalid', `'${of.label}' has no segment ${id < 0 ? -1 - id : id}`);
}

/** How many pieces of these files each segment has: 4 bytes of memory for each segment. */
function countPieces(files: readonly CatalogFile[], { segments, full }: Pick<OpenedBackup, 'segments' | 'full'>) {
  const [own, ofFull] = [new Int32Array(segments.length), new Int32Array(full?.segments.length ?? 0)];
  const add = (id: SegmentId, change: number): number => {
    const [counts, number] = id < 0 ? [ofFull, -1 - id] : [own, id];
    counts[number] = (counts[number] ?? 0) + change; // one that the backup has not is refused when it is read
    return counts[number] ?? 0;
  };
  for (const file of files) for (const extent of extentsOf(file)) add(segmentId(extent), 1);
  return { has: (id: SegmentId): boolean => add(id, 0) > 0, take: (id: SegmentId): number => add(id, -1) };
}
