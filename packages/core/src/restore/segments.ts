import { BackuperError, createGate } from '@postgres-backuper/base';
import { type CatalogFile, dataKey, type Extent, pieceName } from '@postgres-backuper/format';
import { readSegmentPieces } from '@postgres-backuper/repository';
import type { OpenedBackup } from './opened-backup.ts';

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

/** By `file/offset`. */
type Pieces = ReadonlyMap<string, Buffer>;

/**
 * `files`: all that will be read. `keep`: segments in memory besides those whose pieces are in use.
 * Errors of `read`: those of readSegmentPieces, catalog-invalid.
 */
export function createSegments(
  backup: OpenedBackup,
  { files, keep }: { readonly files: readonly CatalogFile[]; readonly keep: number },
  signal: AbortSignal,
): Segments {
  let unread = countPieces(files);
  const cache = new Map<number, Promise<Pieces>>();
  const gate = createGate(LOADS_AT_ONCE);
  let storedBytes = 0;
  const load = (number: number): Promise<Pieces> => {
    const loading =
      cache.get(number) ??
      gate(async () => {
        const segment = await readPieces(backup, number, signal);
        storedBytes += backup.segments[number]?.sizeBytes ?? 0;
        return segment;
      });
    loading.catch(() => cache.delete(number));
    cache.delete(number); // moved to the end: the least recently used one is evicted first
    cache.set(number, loading);
    for (const oldest of cache.keys()) if (cache.size > keep && oldest !== number) cache.delete(oldest);
    return loading;
  };
  return {
    get storedBytes() {
      return storedBytes;
    },
    prefetch([number]) {
      if (!cache.has(number) && cache.size < keep) load(number).catch(() => undefined); // reported when it is read
    },
    only(files) {
      unread = countPieces(files);
      for (const number of cache.keys()) if (!unread.has(number)) cache.delete(number);
    },
    async read({ file, offset, extent: [number, , length] }) {
      const piece = (await load(number)).get(pieceName(file, offset));
      const left = (unread.get(number) ?? 1) - 1;
      unread.set(number, left);
      if (left <= 0) cache.delete(number);
      if (piece?.length === length) return piece;
      const key = dataKey(backup.commit, backup.segments[number]?.key ?? '');
      throw new BackuperError('object-altered', `object '${key}' lacks '${pieceName(file, offset)}'`, {
        hint: 'do not use this backup',
      });
    },
  };
}

async function readPieces(backup: OpenedBackup, number: number, signal: AbortSignal): Promise<Pieces> {
  const { commit, repository } = backup;
  const entry = backup.segments[number];
  if (entry === undefined) throw new BackuperError('catalog-invalid', `'${commit.label}' has no segment ${number}`);
  const pieces = await readSegmentPieces({ commit, entry }, repository, { signal });
  return new Map(pieces.map(({ file, offset, data }) => [pieceName(file, offset), data]));
}

function countPieces(files: readonly CatalogFile[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const file of files) for (const [number] of file.extents) counts.set(number, (counts.get(number) ?? 0) + 1);
  return counts;
}
