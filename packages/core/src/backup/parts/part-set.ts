import {
  CHUNK_ENTRY_BYTES,
  type ChunkKeys,
  type DonePart,
  filesOfPart,
  type KnownChunks,
  type PartsPlan,
} from '@postgres-backuper/format';
import { differing, indexing, type Pipeline } from '@postgres-backuper/repository';

/** What a worker makes the parts of a backup in a set with. */
export type PartSet =
  | { readonly type: 'full'; readonly keys: ChunkKeys; readonly chunkBytes: number }
  | { readonly type: 'differential'; readonly keys: ChunkKeys; readonly known: KnownChunks };

/** The pipeline of a part: as that of a whole backup, but the holder writes the index. */
export function inPartSet(plain: Pipeline, set: PartSet | undefined, signal: AbortSignal) {
  if (set === undefined) return { pipeline: plain, chunksOf: undefined };
  if (set.type === 'differential') return { pipeline: differing(plain, set, signal), chunksOf: undefined };
  const pipeline = indexing(plain, { ...set, settings: '' });
  return { pipeline, chunksOf: pipeline.chunksOf };
}

export type Sent = Pick<DonePart, 'tables' | 'files'>;

export interface SentWithChunks extends Sent {
  /** Those of each file; undefined: they are not made, or are too many. */
  readonly chunks: readonly Buffer[] | undefined;
}

/** Without any where those of one file are not known. */
export function withChunks(sent: Sent, chunksOf: ((file: string) => Buffer | undefined) | undefined): SentWithChunks {
  if (chunksOf === undefined) return { ...sent, chunks: undefined };
  const all = filesOfPart(sent);
  const chunks = all.flatMap(({ name }) => chunksOf(name) ?? []);
  if (chunks.length < all.length) return { ...sent, chunks: undefined };
  const numberOfChunks = (index: number): number => (chunks[index]?.length ?? 0) / CHUNK_ENTRY_BYTES;
  const tables = sent.tables.map((table, index) => ({ ...table, chunks: numberOfChunks(index) }));
  const files = sent.files?.map((file, index) => ({ ...file, chunks: numberOfChunks(tables.length + index) }));
  return files === undefined ? { tables, chunks } : { tables, files, chunks };
}

/** What the list of a part says of the set. */
export function saidOfSet({ set }: PartsPlan, chunks: readonly Buffer[] | undefined): Pick<DonePart, 'set'> {
  if (set === undefined) return {};
  if (set.type === 'differential') return { set: 'references' };
  return { set: chunks === undefined ? 'too-many-chunks' : 'chunks' };
}
