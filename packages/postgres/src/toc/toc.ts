import { BackuperError } from '@postgres-backuper/base';
import { textOfBytes } from '@postgres-backuper/format';

/** The table of contents of a pg_dump archive (custom or directory format, archive versions 1.14 to 1.16: pg_dump 14 to 18). */
export interface Toc {
  /** Version of the program that wrote it, e.g. `18.6`. */
  readonly pgDumpVersion: string;
  readonly serverVersion: string;
  readonly entries: readonly TocEntry[];
  /** Start of the first entry, bytes; before it is the number of entries. */
  readonly entriesAt: number;
}

export interface TocEntry {
  readonly dumpId: number;
  /** Whether the archive holds a data file for it. */
  readonly hasData: boolean;
  /** Oid of the system catalog that has the object, e.g. of pg_class; `0` for rows, comments and privileges. */
  readonly catalog: string;
  /** Oid of the object, e.g. of the table of a TABLE DATA entry. */
  readonly oid: string;
  readonly tag: string;
  /** `TABLE`, `TABLE DATA`, `SEQUENCE SET`, `BLOBS`, … */
  readonly description: string;
  readonly section: Section;
  readonly definition: string;
  /** `DROP FUNCTION public.f(integer);`: the only place with the arguments of functions. */
  readonly dropStatement: string;
  readonly copyStatement: string;
  /** The copy statement in the dump's own encoding; `copyStatement` and all names are textOfBytes of such bytes. */
  readonly copyStatementBytes: Buffer;
  readonly schema: string;
  /** '' is the default tablespace of the database. */
  readonly tablespace: string;
  /** '' is the default table access method. */
  readonly accessMethod: string;
  /** Whether it is a partitioned table; always false before pg_dump 17. */
  readonly partitioned: boolean;
  readonly owner: string;
  /** Dump ids; may name one that is not in the archive (members of extensions). */
  readonly dependencies: readonly number[];
  /** Name of the data file in a directory archive; '' without data. */
  readonly fileName: string;
  /** Start and end of the entry, bytes from the start of the archive. */
  readonly startsAt: number;
  readonly endsAt: number;
}

/** `none`: comments, grants and the like, which belong to the section of their object. */
export type Section = 'none' | 'pre-data' | 'data' | 'post-data';

/** By the archive's number. */
const SECTIONS: readonly Section[] = ['none', 'none', 'pre-data', 'data', 'post-data'];
/** pg_class.relkind, as the number of its letter. */
const PARTITIONED_TABLE = 'p'.charCodeAt(0);

/** Name of the data file of an entry in a directory archive. */
export function dataFileOf({ dumpId }: Pick<TocEntry, 'dumpId'>): string {
  return `${dumpId}.dat`;
}

/** Thrown inside the reader when the bytes end too soon. */
const INCOMPLETE = Symbol('incomplete');
const CUSTOM_FORMAT = 1;
/** Length of state and offset of an entry's data in a custom archive, bytes. */
export const DATA_OFFSET_BYTES = 9;

/**
 * Reads the table of contents at the start of an archive. Returns `undefined` if more bytes are needed.
 * The layout is documented in docs/decisions/toc.md. Errors: dump-failed (not an archive, or of an unknown version).
 */
export function readToc(bytes: Buffer): Toc | undefined {
  return createTocReader().read(bytes);
}

/** Reads a table of contents while it arrives. */
export interface TocReader {
  /** As readToc; `bytes` begin with those of the last call, and no entry is read twice. */
  read(bytes: Buffer): Toc | undefined;
}

export function createTocReader(): TocReader {
  const entries: TocEntry[] = [];
  let head: Head | undefined;
  let position = 0;
  let entriesAt = 0;
  const read = (reader: Reader): Toc => {
    if (head === undefined) {
      head = readHead(reader);
      entriesAt = reader.position();
    }
    while (entries.length < head.count) {
      position = reader.position();
      entries.push(readEntry(reader, head));
    }
    const { pgDumpVersion, serverVersion } = head;
    return { pgDumpVersion, serverVersion, entries, entriesAt };
  };
  return {
    read(bytes) {
      try {
        return read(createReader(bytes, position));
      } catch (thrown) {
        if (thrown === INCOMPLETE) return undefined;
        throw thrown;
      }
    },
  };
}

type Reader = ReturnType<typeof createReader>;

interface Head {
  readonly minor: number;
  readonly format: number;
  readonly serverVersion: string;
  readonly pgDumpVersion: string;
  /** Number of entries. */
  readonly count: number;
}

function readHead(reader: Reader): Head {
  const { minor, format } = readHeader(reader);
  for (let field = 0; field < 7; field += 1) reader.integer(); // time of creation
  reader.skip(); // dbname
  const serverVersion = reader.text();
  const pgDumpVersion = reader.text();
  return { minor, format, serverVersion, pgDumpVersion, count: reader.integer() };
}

function readHeader(reader: Reader): { minor: number; format: number } {
  const magic = reader.take(5).toString('latin1');
  const major = reader.byte();
  const minor = reader.byte();
  reader.byte(); // revision
  if (magic !== 'PGDMP' || major !== 1 || minor < 14 || minor > 16) {
    throw new BackuperError('dump-failed', `pg_dump wrote an archive of unknown version '${major}.${minor}'`, {
      hint: 'use client programs of PostgreSQL 14 to 18',
    });
  }
  reader.take(2); // sizes of integer (4) and offset (8)
  const format = reader.byte();
  if (minor >= 15) reader.byte();
  else reader.integer(); // compression
  return { minor, format };
}

function readEntry(reader: Reader, { minor, format }: Head): TocEntry {
  const startsAt = reader.position();
  const dumpId = reader.integer();
  const hasData = reader.integer() !== 0;
  const catalog = reader.text();
  const oid = reader.text();
  const tag = reader.text();
  const description = reader.text();
  const section = SECTIONS[reader.integer()] ?? 'none';
  const definition = reader.text();
  const dropStatement = reader.text();
  const copyStatementBytes = reader.bytes();
  const schema = reader.text();
  const tablespace = reader.text();
  const accessMethod = reader.text();
  const partitioned = minor >= 16 && reader.integer() === PARTITIONED_TABLE;
  const owner = reader.text();
  reader.skip(); // WITH OIDS
  const dependencies: number[] = [];
  for (let next = reader.optional(); next !== undefined; next = reader.optional()) dependencies.push(Number(next));
  const fileName = format === CUSTOM_FORMAT ? fileNameOf({ dumpId, hasData }) : reader.text();
  if (format === CUSTOM_FORMAT) reader.take(DATA_OFFSET_BYTES);
  const copyStatement = textOfBytes(copyStatementBytes);
  return {
    ...{
      dumpId,
      hasData,
      catalog,
      oid,
      tag,
      description,
      section,
      definition,
      dropStatement,
      copyStatement,
      copyStatementBytes,
    },
    ...{ schema, tablespace, accessMethod, partitioned, owner, dependencies, fileName },
    ...{ startsAt, endsAt: reader.position() },
  };
}

function fileNameOf(entry: { readonly dumpId: number; readonly hasData: boolean }): string {
  return entry.hasData ? dataFileOf(entry) : '';
}

const NOTHING = Buffer.alloc(0);

function createReader(source: Buffer, from: number) {
  let position = from;
  /** Skips the bytes and returns their offset: a view of them costs more than reading them in place. */
  const pass = (length: number): number => {
    if (position + length > source.length) throw INCOMPLETE;
    position += length;
    return position - length;
  };
  const byte = (): number => source[pass(1)] as number;
  const integer = (): number => {
    const at = pass(5);
    const value = source.readUInt32LE(at + 1);
    return source[at] === 0 ? value : -value;
  };
  const take = (length: number): Buffer => {
    const at = pass(length);
    return source.subarray(at, at + length);
  };
  const optional = (): string | undefined => {
    const length = integer();
    if (length < 0) return undefined;
    const at = pass(length);
    return textOfBytes(source.subarray(at, at + length));
  };
  /** A copy, so that the source need not be kept. */
  const bytes = (): Buffer => {
    const length = integer();
    return length <= 0 ? NOTHING : Buffer.from(take(length));
  };
  const skip = (): void => {
    pass(Math.max(0, integer()));
  };
  return { take, byte, integer, optional, bytes, skip, text: () => optional() ?? '', position: () => position };
}
