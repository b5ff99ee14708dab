import {
  CHUNK_ENTRY_BYTES,
  CHUNK_ID_BYTES,
  CHUNKS_MAX,
  type ChunkKeys,
  createChunker,
  createChunkHash,
  type Extents,
  type IndexedFile,
  type IndexHead,
  writeIndex,
} from '@postgres-backuper/format';
import type { SeeSpan } from '../pipeline/cut-file.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';

/** What the backups of a set have in common. */
export interface Chunking extends IndexHead {
  readonly keys: ChunkKeys;
}

/** A pipeline that also learns the chunks of what passes through it. */
export interface IndexingPipeline extends Pipeline {
  /**
   * The bytes of index.bin, or undefined: it would be larger than any that is read. Valid after `finish`. `set`: what the
   * index is bound to (`setOf`).
   */
  index(set: string): Buffer | undefined;
  /** Ids and lengths of the chunks of a stream that has ended, or undefined: all together are too many. */
  chunksOf(name: string): Buffer | undefined;
  /** Counts a stream that another job stored. */
  adopt(stream: AdoptedStream): void;
}

/** What another job stored; `extents` is valid after `finish`. */
export interface AdoptedStream {
  readonly name: string;
  readonly extents: () => Extents;
  /** CHUNK_ENTRY_BYTES each; undefined: they are too many. */
  readonly chunks: Buffer | undefined;
}

/** For a full. Nothing is kept of a stream but an id and a length for each chunk, and of too many chunks nothing. */
export function indexing(
  pipeline: Pipeline,
  { keys, chunkBytes, settings }: Chunking,
  { chunksMax = CHUNKS_MAX }: { readonly chunksMax?: number } = {},
): IndexingPipeline {
  const files: StreamChunks[] = [];
  const room = { chunks: chunksMax };
  return {
    ...pipeline,
    open(name, see: SeeSpan = () => undefined) {
      let chunks: ChunkList | undefined = createChunkList({ keys, chunkBytes, room });
      const file = pipeline.open(name, (span) => {
        see(span);
        if (room.chunks < 0) files.length = 0;
        else chunks?.take(span);
      });
      return {
        ...file,
        end() {
          const extents = file.end();
          files.push({ name, extents, chunks: chunks?.end() ?? Buffer.alloc(0) });
          chunks = undefined;
          return extents;
        },
      };
    },
    index(set) {
      if (room.chunks < 0) return undefined;
      const indexed = files.map(({ extents, chunks }): IndexedFile => ({ extents: extents(), chunks }));
      return writeIndex(indexed, { chunkBytes, settings }, { key: keys.index, set });
    },
    chunksOf: (name) => (room.chunks < 0 ? undefined : files.find((file) => file.name === name)?.chunks),
    adopt({ name, extents, chunks }) {
      room.chunks -= chunks === undefined ? chunksMax + 1 : chunks.length / CHUNK_ENTRY_BYTES;
      if (room.chunks < 0) files.length = 0;
      else if (chunks !== undefined) files.push({ name, extents, chunks });
    },
  };
}

/** Nothing else is held of a file: there may be a million of them. */
interface StreamChunks {
  readonly name: string;
  readonly extents: () => Extents;
  readonly chunks: Buffer;
}

interface ChunkList {
  take(span: Buffer): void;
  /** All of them, CHUNK_ENTRY_BYTES each. */
  end(): Buffer;
}

interface ChunkListRequest extends Pick<Chunking, 'keys' | 'chunkBytes'> {
  /** What all lists have left together; below 0 they are of no use. */
  readonly room: { chunks: number };
}

/** Ids and lengths of the chunks of one stream. */
function createChunkList({ keys, chunkBytes, room }: ChunkListRequest): ChunkList {
  const chunker = createChunker(keys.gear, chunkBytes);
  let entries = Buffer.alloc(CHUNK_ENTRY_BYTES * 16);
  let used = 0;
  let hash = createChunkHash(keys);
  let length = 0;

  const cut = (): void => {
    room.chunks -= 1;
    if (used === entries.length) entries = Buffer.concat([entries, Buffer.alloc(entries.length)]);
    hash.id().copy(entries, used);
    entries.writeUInt32BE(length, used + CHUNK_ID_BYTES);
    used += CHUNK_ENTRY_BYTES;
    hash = createChunkHash(keys);
    length = 0;
  };
  return {
    take(span) {
      for (let from = 0; from < span.length; ) {
        const end = chunker.next(span, from);
        const to = end === -1 ? span.length : end;
        hash.update(span.subarray(from, to));
        length += to - from;
        from = to;
        if (end !== -1) cut();
      }
    },
    end() {
      if (length > 0) cut();
      return Buffer.from(entries.subarray(0, room.chunks < 0 ? 0 : used));
    },
  };
}
