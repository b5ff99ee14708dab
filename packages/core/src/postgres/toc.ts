import { BackuperError } from '../errors.ts';

/** The table of contents of a pg_dump archive (custom or directory format, archive versions 1.14 to 1.16: pg_dump 14 to 18). */
export interface Toc {
  /** Of the program that wrote it, e.g. `18.6`. */
  readonly pgDumpVersion: string;
  readonly serverVersion: string;
  readonly entries: readonly TocEntry[];
}

export interface TocEntry {
  readonly dumpId: number;
  /** True where the archive holds a data file for it. */
  readonly hasData: boolean;
  /** Oid of the object, e.g. of the table of a TABLE DATA entry. */
  readonly oid: string;
  readonly tag: string;
  /** `TABLE`, `TABLE DATA`, `SEQUENCE SET`, `BLOBS`, … */
  readonly description: string;
  readonly definition: string;
  readonly copyStatement: string;
  /** The copy statement in the dump's own encoding; `copyStatement` is only for people where that is not UTF-8. */
  readonly copyStatementBytes: Buffer;
  readonly schema: string;
  readonly owner: string;
  /** Dump ids; may name one that is not in the archive (members of extensions). */
  readonly dependencies: readonly number[];
  /** Of a directory archive: name of the data file, '' without one. */
  readonly fileName: string;
  /** Where the entry ends in the archive, bytes from its start. */
  readonly endsAt: number;
}

/** Name of the data file of an entry in a directory archive. */
export function dataFileOf({ dumpId }: Pick<TocEntry, 'dumpId'>): string {
  return `${dumpId}.dat`;
}

/** Thrown inside the reader when the bytes end too soon. */
const INCOMPLETE = Symbol('incomplete');
const CUSTOM_FORMAT = 1;
/** Of a custom archive: state and offset of an entry's data, bytes. */
export const DATA_OFFSET_BYTES = 9;

/**
 * Reads the table of contents at the start of an archive. `undefined`: more bytes are needed.
 * The layout is documented in docs/decisions/toc.md. Errors: dump-failed (not an archive, or of an unknown version).
 */
export function readToc(bytes: Buffer): Toc | undefined {
  try {
    return parse(createReader(bytes));
  } catch (thrown) {
    if (thrown === INCOMPLETE) return undefined;
    throw thrown;
  }
}

type Reader = ReturnType<typeof createReader>;

function parse(reader: Reader): Toc {
  const { minor, format } = readHeader(reader);
  for (let field = 0; field < 7; field += 1) reader.integer(); // time of creation
  reader.text(); // dbname
  const serverVersion = reader.text();
  const pgDumpVersion = reader.text();
  const entries: TocEntry[] = [];
  for (let count = reader.integer(); count > 0; count -= 1) entries.push(readEntry(reader, minor, format));
  return { pgDumpVersion, serverVersion, entries };
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

function readEntry(reader: Reader, minor: number, format: number): TocEntry {
  const dumpId = reader.integer();
  const hasData = reader.integer() !== 0;
  reader.text(); // catalog's oid
  const oid = reader.text();
  const tag = reader.text();
  const description = reader.text();
  reader.integer(); // section
  const definition = reader.text();
  reader.text(); // drop statement
  const copyStatementBytes = reader.bytes();
  const schema = reader.text();
  reader.text(); // tablespace
  reader.text(); // table access method
  if (minor >= 16) reader.integer(); // relkind
  const owner = reader.text();
  reader.text(); // WITH OIDS
  const dependencies: number[] = [];
  for (let next = reader.optional(); next !== undefined; next = reader.optional())
    dependencies.push(Number(next.toString()));
  const fileName = format === CUSTOM_FORMAT ? '' : reader.text();
  if (format === CUSTOM_FORMAT) reader.take(DATA_OFFSET_BYTES);
  const copyStatement = decode(copyStatementBytes);
  return {
    ...{ dumpId, hasData, oid, tag, description, definition, copyStatement, copyStatementBytes },
    ...{ schema, owner, dependencies, fileName, endsAt: reader.position() },
  };
}

/** Names are in the dump's encoding: what is no UTF-8 is shown byte by byte. */
function decode(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.includes('\uFFFD') ? bytes.toString('latin1') : text;
}

function createReader(source: Buffer) {
  let position = 0;
  const take = (length: number): Buffer => {
    if (position + length > source.length) throw INCOMPLETE;
    position += length;
    return source.subarray(position - length, position);
  };
  const byte = (): number => take(1).readUInt8();
  const integer = (): number => {
    const sign = byte();
    const value = take(4).readUInt32LE();
    return sign === 0 ? value : -value;
  };
  const optional = (): Buffer | undefined => {
    const length = integer();
    return length < 0 ? undefined : take(length);
  };
  const bytes = (): Buffer => optional() ?? Buffer.alloc(0);
  return { take, byte, integer, optional, bytes, text: () => decode(bytes()), position: () => position };
}
