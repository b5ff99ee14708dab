import { createHash } from 'node:crypto';
import {
  type CopyDigest,
  createCopyDigest,
  createExtents,
  createRowsDigest,
  type Extent,
  type Extents,
  type FileDigest,
  type MarkedTable,
  type StoredFile,
  wholeFileOf,
} from '@postgres-backuper/format';
import type { FileSink } from '@postgres-backuper/postgres';
import type { Pipeline } from '@postgres-backuper/repository';
import type { Tally } from './tally.ts';

/** The inputs of the pipeline: one sink per file of the dump, which hashes and counts its bytes. */
export interface Sinks {
  /** A table's data file, or a slice of it; false: no terminator ends it, since it is not the last one. */
  openTable(name: string, isToItsEnd?: boolean): FileSink;
  /** Any other file; `tap` receives a copy of its chunks. */
  openPlain(name: string, tap?: Buffer[]): FileSink;
  /** A table's data file that is not read: its full has it. */
  keepTable(name: string, kept: Pick<MarkedTable, 'rows' | 'bytes' | 'sha256' | 'file'>): void;
  /** A table's data file, or a slice, that another worker stored; `extents` is valid after the pipeline's `finish`. */
  adoptTable(name: string, stored: CopyDigest, extents: () => Extents): void;
  /** Any other file that another worker stored; `extents` is valid after the pipeline's `finish`. */
  adoptPlain(stored: Omit<StoredFile, 'extents'>, extents: () => Extents): void;
  /** Digest of each finished data file of a table, or slice of one, by name. */
  readonly tables: ReadonlyMap<string, CopyDigest>;
  /** All that is stored of finished files; valid after the pipeline's `finish`. */
  files(): StoredFile[];
}

interface Digest<Result extends FileDigest> {
  update(chunk: Buffer): void;
  end(): Result;
}

export function createSinks(pipeline: Pipeline, tally: Tally): Sinks {
  const tables = new Map<string, CopyDigest>();
  const files: (() => StoredFile)[] = [];
  const counted = new Set<string>();
  const ended = (name: string, result: CopyDigest): void => {
    tables.set(name, result);
    const table = wholeFileOf(name);
    if (!counted.has(table)) tally.tableDone(); // of slices the first one
    counted.add(table);
  };
  const adopt: Sinks['adoptPlain'] = (stored, extents) => {
    files.push(() => ({ ...stored, extents: extents() }));
    tally.read(stored.sizeBytes);
  };
  const open = <Result extends FileDigest>(
    name: string,
    digest: Digest<Result>,
    whenEnded: (result: Result) => void,
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
        whenEnded(result);
      },
    };
  };
  return {
    tables,
    files: () => files.map((file) => file()),
    openTable: (name, isToItsEnd = true) =>
      open(name, isToItsEnd ? createCopyDigest() : createRowsDigest(), (result) => ended(name, result)),
    keepTable(name, { rows, bytes, sha256, file }) {
      const stored = { sizeBytes: file.sizeBytes, sha256: file.sha256 };
      adopt({ name, ...stored }, () => createExtents(inParent(file.extents)));
      ended(name, { ...stored, copy: { rows, bytes, sha256 } });
    },
    adoptTable(name, stored, extents) {
      adopt({ name, sizeBytes: stored.sizeBytes, sha256: stored.sha256 }, extents);
      ended(name, stored);
    },
    adoptPlain: adopt,
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
