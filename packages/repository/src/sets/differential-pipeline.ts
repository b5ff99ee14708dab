import { abortable } from '@postgres-backuper/base';
import type { SeeSpan } from '../pipeline/cut-file.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { createChunkBuffers } from './chunk-buffer.ts';
import { createDifferingFile, type KnownOfFull } from './differing-file.ts';

/**
 * For a differential: chunks that its full has are referred to, the others are stored. Memory: a buffer of eight chunks
 * for each file that arrives and is not small, and a chunk and a span while it waits for room. `signal`: that of the pipeline.
 */
export function differing(pipeline: Pipeline, of: KnownOfFull, signal: AbortSignal): Pipeline {
  const buffers = createChunkBuffers(of.known.chunkBytes);
  const ending: Promise<void>[] = [];
  return {
    ...pipeline,
    open(name, see: SeeSpan = () => undefined) {
      const file = createDifferingFile(pipeline.open(name), { see, buffers, ...of });
      ending.push(file.ended);
      return file;
    },
    async finish() {
      await abortable(
        Promise.all(ending).then(() => undefined),
        signal,
      );
      return pipeline.finish();
    },
  };
}
