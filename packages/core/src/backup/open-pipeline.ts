import { type Compression, type Context, FASTEST } from '@postgres-backuper/base';
import {
  type Cipher,
  createLevels,
  createPipeline,
  createSealers,
  type Store,
  type Threads,
} from '@postgres-backuper/repository';

export interface PipelineRequest {
  readonly segmentBytes: number;
  /** Default: zstd at level 1. */
  readonly compression?: Compression | undefined;
  readonly jobs: number;
  /** Name of the object of segment `number`. */
  readonly nameOf: (number: number) => string;
}

export interface PipelineServices {
  readonly cipher: Cipher;
  readonly store: Store;
  readonly sealThreads: Threads | undefined;
  /** Called once, with the first failure. */
  readonly onFailure: (error: unknown) => void;
}

/** The pipeline of a job that reads a database, whether alone or as one of several. The caller closes `sealers`. */
export function openPipeline(
  { segmentBytes, compression = FASTEST, jobs, nameOf }: PipelineRequest,
  { cipher, store, sealThreads, onFailure }: PipelineServices,
  { signal, clock }: Context,
) {
  const sealers = createSealers(cipher, { threads: sealThreads, segmentBytes });
  const levels = createLevels(compression, { sealers: sealers.count, clock });
  const md5 = store.destinations.some(({ storage }) => storage.listsMd5);
  const lanes = Math.max(2, jobs);
  const pipeline = createPipeline({ segmentBytes, levels, lanes, sealers, md5, store, signal, nameOf, onFailure });
  return { pipeline, sealers, levels };
}
