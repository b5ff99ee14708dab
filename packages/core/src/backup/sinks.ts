import { createHash } from 'node:crypto';
import {
  type CatalogFile,
  type CopyDigest,
  createCopyDigest,
  createExtents,
  type Extent,
  type Extents,
  type FileDigest,
  type MarkedTable,
} from '@postgres-backuper/format';
import type { FileSink } from '@postgres-backuper/postgres';
import type { Pipeline } from '@postgres-backuper/repository';
import type { Tally } from './tally.ts';

/** The inputs of the pipeline: one sink per file of the dump, which hashes and counts its bytes. */
export interface Sinks {
  /** A table's data file. */
  openTable(name: string): FileSink;
  /** Any other file; `tap` receives a copy of its chunks. */
  openPlain(name: string, tap?: Buffer[]): FileSink;
  /** A table's data file that is not read: its full has it. */
  keepTable(name: string, kept: Pick<MarkedTable, 'rows' | 'bytes' | 'sha256' | 'file'>): void;
  /** A table's data file that another worker stored; `extents` is valid after the pipeline's `finish`. */
  adoptTable(name: string, stored: CopyDigest, extents: () => Extents): void;
  /** Digest of each finished data file of a table, by name. */
  readonly tables: ReadonlyMap<string, CopyDigest>;
  /** All finished files; valid after the pipeline's `finish`. */
  files(): CatalogFile[];
}

interface Digest<Result extends FileDigest> {
  update(chunk: Buffer): void;
  end(): Result;
}

export function createSinks(pipeline: Pipeline, tally: Tally): Sinks {
  const tables = new Map<string, CopyDigest>();
  const files: (() => CatalogFile)[] = [];
  const open = <Result extends FileDigest>(
    name: string,
    digest: Digest<Result>,
    ended: (result: Result) => void,
  ): FileSink => {
    const file = pipeline.open(name, (span) => {
      digest.update(span);
      tally.read(span.length);
    });
    return {
      take: file.write,
      room: file.room,
      filled: file.filled,
      end() {
        const extents = file.end();
        const result = digest.end();
        files.push(() => ({ name, sizeBytes: result.sizeBytes, sha256: result.sha256, extents: extents() }));
        ended(result);
      },
    };
  };
  return {
    tables,
    files: () => files.map((file) => file()),
    openTable: (name) =>
      open(name, createCopyDigest(), (result) => {
        tables.set(name, result);
        tally.tableDone();
      }),
    keepTable(name, { rows, bytes, sha256, file }) {
      const { sizeBytes } = file;
      files.push(() => ({ name, sizeBytes, sha256: file.sha256, extents: createExtents(inParent(file.extents)) }));
      tables.set(name, { sizeBytes, sha256: file.sha256, copy: { rows, bytes, sha256 } });
      tally.read(sizeBytes);
      tally.tableDone();
    },
    adoptTable(name, stored, extents) {
      files.push(() => ({ name, sizeBytes: stored.sizeBytes, sha256: stored.sha256, extents: extents() }));
      tables.set(name, stored);
      tally.read(stored.sizeBytes);
      tally.tableDone();
    },
    openPlain(name, tap) {
      const sink = open(name, createPlainDigest(), () => undefined);
      if (tap === undefined) return sink;
      return {
        ...sink,
        room: () => undefined,
        take(chunk, resume) {
          tap.push(Buffer.from(chunk));
          return sink.take(chunk, resume);
        },
      };
    },
  };
}

function* inParent(extents: Extents): Generator<Extent> {
  for (const [segment, offset, length] of extents) yield [segment, offset, length, 1];
}

function createPlainDigest(): Digest<FileDigest> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  return {
    update(chunk) {
      hash.update(chunk);
      sizeBytes += chunk.length;
    },
    end: () => ({ sizeBytes, sha256: hash.digest('hex') }),
  };
}
