import { DATA_OFFSET_BYTES, dataFileOf } from '../toc/toc.ts';
import type { ArchiveToc } from './archive.ts';

/** Where the header says the format: behind magic (5), version (3) and sizes (2). */
const FORMAT_AT = 10;
/** pg_dump writes the code of tar into a directory's toc.dat. */
const DIRECTORY_FORMAT = 3;

/**
 * The toc.dat that pg_dump would write beside the data files of a directory archive, made from the begin of a custom
 * archive: the header says another format, and each entry ends with the name of its data file instead of its offset.
 */
export function directoryToc({ toc, bytes }: ArchiveToc): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (const entry of toc.entries) {
    parts.push(bytes.subarray(from, entry.endsAt - DATA_OFFSET_BYTES), text(entry.hasData ? dataFileOf(entry) : ''));
    from = entry.endsAt;
  }
  const made = Buffer.concat(parts);
  made.writeUInt8(DIRECTORY_FORMAT, FORMAT_AT);
  return made;
}

/** A string as archives hold it: sign, length, bytes. */
function text(value: string): Buffer {
  const length = Buffer.alloc(5);
  length.writeUInt32LE(Buffer.byteLength(value), 1);
  return Buffer.concat([length, Buffer.from(value)]);
}
