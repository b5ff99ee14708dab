import {
  CHUNK_ENTRY_BYTES,
  type ChunkKeys,
  type DonePart,
  type DoneTable,
  type PartsPlan,
} from '@postgres-backuper/format';
import { indexing, type Pipeline } from '@postgres-backuper/repository';

interface PartInSet {
  readonly plan: PartsPlan;
  /** What chunks are made with. */
  readonly keys: ChunkKeys;
}

/** The pipeline of a part: as that of a whole backup, but the holder writes the index. */
export function inPartSet(plain: Pipeline, { plan: { set }, keys }: PartInSet) {
  if (set === undefined) return { pipeline: plain, chunksOf: undefined };
  const pipeline = indexing(plain, { keys, chunkBytes: set.chunkBytes, settings: '' });
  return { pipeline, chunksOf: pipeline.chunksOf };
}

export interface TablesWithChunks {
  readonly tables: readonly DoneTable[];
  /** Those of each table; undefined: they are not made, or are too many. */
  readonly chunks: readonly Buffer[] | undefined;
}

/** Without any where those of one table are not known. */
export function withChunks(
  tables: readonly DoneTable[],
  chunksOf: ((file: string) => Buffer | undefined) | undefined,
): TablesWithChunks {
  if (chunksOf === undefined) return { tables, chunks: undefined };
  const chunks = tables.flatMap(({ file }) => chunksOf(file) ?? []);
  if (chunks.length < tables.length) return { tables, chunks: undefined };
  const numberOfChunks = (index: number): number => (chunks[index]?.length ?? 0) / CHUNK_ENTRY_BYTES;
  return { tables: tables.map((table, index) => ({ ...table, chunks: numberOfChunks(index) })), chunks };
}

/** What the list of a part says of the set. */
export function saidOfSet({ set }: PartsPlan, chunks: readonly Buffer[] | undefined): Pick<DonePart, 'set'> {
  if (set === undefined) return {};
  return { set: chunks === undefined ? 'too-many-chunks' : 'chunks' };
}
