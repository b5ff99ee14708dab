import { type ChunkKeys, chunkId, createChunker, type Extents, type KnownChunks } from '@postgres-backuper/format';
import type { CutFile, SeeSpan } from '../pipeline/cut-file.ts';
import { type ChunkBuffers, createChunkBuffer } from './chunk-buffer.ts';
import { createRuns, type Runs, type RunsRoom } from './runs.ts';

/** What a differential has of its full. */
export interface KnownOfFull {
  readonly keys: ChunkKeys;
  readonly known: KnownChunks;
}

export interface DifferingFile extends CutFile {
  /** Resolves when the last chunk has found room: a file ends whether there is some or not. */
  readonly ended: Promise<void>;
}

interface DifferingRequest extends KnownOfFull {
  readonly see: SeeSpan;
  readonly buffers: ChunkBuffers;
  readonly room: RunsRoom;
}

/** A file of a differential: chunks that the full has are referred to, the others are written to `own`. */
export function createDifferingFile(
  own: CutFile,
  { see, keys, known, buffers, room }: DifferingRequest,
): DifferingFile {
  const buffer = createChunkBuffer({ chunker: createChunker(keys.gear, known.chunkBytes), buffers, see });
  const chunks = createChunkSink(own, { keys, known, room, ended: () => buffer.end() });
  let isEnding = false;
  /** A chunk waits for room; meanwhile what arrives is kept, which is one span. */
  let isWaiting = false;
  let late: Buffer = Buffer.alloc(0);
  let resumeWriter = (): void => undefined;

  const takeChunks = (): void => {
    for (let chunk = buffer.next(); chunk !== undefined; chunk = buffer.next()) {
      isWaiting = !chunks.take(chunk, goOn);
      if (isWaiting) return;
    }
  };
  const take = (bytes: Buffer): Buffer => {
    let rest = bytes;
    while (rest.length > 0 && !isWaiting) {
      rest = buffer.fill(rest);
      takeChunks();
    }
    return rest;
  };
  /** The storage took a chunk that had to wait. */
  const goOn = (): void => {
    isWaiting = false;
    takeChunks();
    late = take(late);
    if (isWaiting) return;
    if (isEnding) chunks.finish(buffer.rest());
    const resume = resumeWriter;
    resumeWriter = () => undefined;
    resume();
  };
  return {
    write(span, resume) {
      buffer.show();
      see(span);
      const rest = take(span);
      if (!isWaiting) return true;
      late = Buffer.from(rest); // the span is the caller's again
      resumeWriter = resume;
      return false;
    },
    room: () => (isWaiting ? undefined : buffer.room()),
    filled(bytes) {
      buffer.filled(bytes);
      takeChunks();
    },
    ended: chunks.ended,
    end() {
      buffer.show();
      isEnding = true;
      if (!isWaiting) chunks.finish(buffer.rest());
      return chunks.extents;
    },
  };
}

interface ChunkSinkRequest extends KnownOfFull {
  readonly room: RunsRoom;
  /** Called when the last chunk is taken. */
  readonly ended: () => void;
}

/** Takes whole chunks of one file, and knows where its bytes are. */
function createChunkSink(own: CutFile, { keys, known, room, ended }: ChunkSinkRequest) {
  const end = Promise.withResolvers<void>();
  const runs = createRuns(room);
  const stored: Stored = { pieces: () => [] };
  const take = (chunk: Buffer, resume: () => void): boolean => {
    const found = room.left > 0 ? known.find(chunkId([chunk], keys), chunk.length) : undefined;
    if (found === undefined) runs.store(chunk.length);
    else runs.refer(found);
    return found !== undefined || own.write(chunk, resume);
  };
  const close = (): void => {
    stored.pieces = own.end();
    ended();
    end.resolve();
  };
  return {
    /** False: `resume` is called when the chunk is taken. */
    take,
    /** The last chunk may be empty. */
    finish(last: Buffer): void {
      if (last.length === 0 || take(last, close)) close();
    },
    ended: end.promise,
    extents: extentsLater(runs, stored),
  };
}

interface Stored {
  pieces: () => Extents;
}

/** Holds nothing of a file but this: there may be a million of them. */
function extentsLater(runs: Runs, stored: Stored): () => Extents {
  return () => runs.extents(stored.pieces());
}
