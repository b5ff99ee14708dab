import { abortable } from '@postgres-backuper/base';
import type { SeeSpan } from '../pipeline/cut-file.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { createChunkBuffers } from './chunk-buffer.ts';
import { createDifferingFile, type KnownOfFull } from './differing-file.ts';

/** Changes between stored and referred bytes, about 100 bytes of memory each: what follows after so many is stored. */
const RUNS_MAX = 524_288;

/**
 * For a differential: chunks that its full has are referred to, the others are stored. Memory: a buffer of eight chunks
 * for each file that arrives and is not small, and a chunk and a span while it waits for room. `signal`: that of the pipeline.
 */
export function differing(
  pipeline: Pipeline,
  { runsMax = RUNS_MAX, ...of }: KnownOfFull & { readonly runsMax?: number },
  signal: AbortSignal,
): Pipeline {
  const room = { left: runsMax };
  const buffers = createChunkBuffers(of.known.chunkBytes);
  const ending: Promise<void>[] = [];
  return {
    ...pipeline,
    open(name, see: SeeSpan = () => undefined) {
      const file = createDifferingFile(pipeline.open(name), { see, buffers, room, ...of });
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
