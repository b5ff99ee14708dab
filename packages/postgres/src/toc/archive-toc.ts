import { archiveString, INTEGER_BYTES } from './archive-values.ts';
import { DATA_OFFSET_BYTES, dataFileOf, readToc, type Toc, type TocEntry } from './toc.ts';

/** The table of contents of an archive. */
export interface ArchiveToc {
  readonly toc: Toc;
  /** Begin with it: toc.dat of a directory, or a custom archive, possibly with some data after it. */
  readonly bytes: Buffer;
}

/** A complete table of contents that this program made from others. */
export function madeToc(bytes: Buffer): ArchiveToc {
  const toc = readToc(bytes);
  if (toc === undefined) throw new Error('a table of contents that was made here is incomplete');
  return { toc, bytes };
}

/** Offset of the format in the header: after magic (5), version (3) and sizes (2). */
const FORMAT_AT = 10;
const CUSTOM_FORMAT = 1;
/** pg_dump writes the code of tar into a directory's toc.dat. */
const DIRECTORY_FORMAT = 3;
/** State of an entry's data in a custom archive: offset not known when the entry was written; or no data. */
const PLACE_UNKNOWN = place(1);
const NO_DATA = place(3);

/**
 * The toc.dat that pg_dump would write for a directory archive. It differs from a custom archive in the format of the
 * header and in the end of each entry: the name of its data file instead of its offset.
 */
export function directoryToc(archive: ArchiveToc): Buffer {
  return convert(archive, {
    format: DIRECTORY_FORMAT,
    endBytes: () => DATA_OFFSET_BYTES,
    endOf: (entry) => archiveString(entry.hasData ? dataFileOf(entry) : ''),
  });
}

/** The beginning of the custom archive that pg_dump would write to a pipe: the inverse of `directoryToc`. */
export function customToc(archive: ArchiveToc): Buffer {
  return convert(archive, {
    format: CUSTOM_FORMAT,
    endBytes: ({ fileName }) => INTEGER_BYTES + Buffer.byteLength(fileName),
    endOf: ({ hasData }) => (hasData ? PLACE_UNKNOWN : NO_DATA),
  });
}

interface Conversion {
  readonly format: number;
  /** Length of the end of an entry, which differs between the formats. */
  readonly endBytes: (entry: TocEntry) => number;
  /** The same end in the other format. */
  readonly endOf: (entry: TocEntry) => Buffer;
}

function convert({ toc, bytes }: ArchiveToc, { format, endBytes, endOf }: Conversion): Buffer {
  if (bytes[FORMAT_AT] === format) return bytes;
  const parts: Buffer[] = [];
  let from = 0;
  for (const entry of toc.entries) {
    parts.push(bytes.subarray(from, entry.endsAt - endBytes(entry)), endOf(entry));
    from = entry.endsAt;
  }
  const made = Buffer.concat(parts);
  made.writeUInt8(format, FORMAT_AT);
  return made;
}

/** State and offset, as custom archives hold them. */
function place(state: number): Buffer {
  const made = Buffer.alloc(DATA_OFFSET_BYTES);
  made.writeUInt8(state);
  return made;
}
