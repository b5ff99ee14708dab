import type { Extent } from '../catalog-document.ts';
import type { Extents } from '../extents.ts';
import { count, fields, listOf, oneOf, SHA256, type Shape, text, wrong } from '../shape.ts';
import { chunkBytesOf, type IndexBinding, openFrames, sealIndex } from './index-frames.ts';

/** The server and what the text of rows depends on; all of it must be the same for a table to be left unread. */
export interface ServerState {
  /** Microseconds since 1970: one run of the server, whatever crashes in it. */
  readonly startedAt: string;
  /** With build and minor version. */
  readonly version: string;
  readonly systemIdentifier: string;
  readonly timeline: number;
  /** Its oid. */
  readonly database: string;
  readonly encoding: string;
  readonly byteaOutput: string;
}

/**
 * Random bits in the server's own history: transactions without changes, each committed (`1`) or rolled back (`0`). A
 * copy of the server from before them, a volume or a machine that was set back, has others with the same numbers.
 */
export interface HistoryMark {
  /** 64-bit transaction ids, in order. */
  readonly xids: readonly string[];
  readonly bits: string;
}

/** What the COPY of a table depends on besides its rows. Equal states of one table: the same storage, columns, types. */
export interface TableState {
  readonly oid: string;
  /** The file that holds its rows; that of its TOAST table, or '0'. */
  readonly filenode: string;
  readonly toastFilenode: string;
  /** SHA-256 of the versions of all rows of the catalog that name, place and type its columns. */
  readonly definition: string;
}

/** A table of a full, and what a differential's catalog says of it when it is left unread. */
export interface MarkedTable extends TableState {
  /** SHA-256 of its COPY statement. */
  readonly statement: string;
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly file: { readonly sizeBytes: number; readonly sha256: string; readonly extents: Extents };
}

/** `mark.bin`: what a full keeps, so that a differential of it can know which tables have not changed since. */
export interface FullMark {
  readonly version: 1;
  readonly server: ServerState;
  readonly history: HistoryMark;
  /** Position in the WAL: whatever the snapshot of the full did not see was written after it. */
  readonly start: string;
  readonly tables: readonly MarkedTable[];
}

/** Plain bytes at most. */
const MARK_MAX_BYTES = 128 * 1024 * 1024;

/** In the frames of an index, whose size of chunks is 0. */
export function writeMark(mark: FullMark, to: IndexBinding): Buffer {
  const plain = Buffer.from(JSON.stringify(mark));
  return sealIndex({ bytes: plain.length, parts: [plain] }, { chunkBytes: 0 }, to);
}

/** Throws ShapeError where it is altered, cut, or of another set or secret. */
export async function readMark(stored: Uint8Array, from: IndexBinding): Promise<FullMark> {
  if (stored.length > MARK_MAX_BYTES) throw wrong('', 'is too large');
  if (chunkBytesOf(stored) !== 0) throw wrong('', 'is an index');
  const frames = [...openFrames(stored, from)];
  return MARK_SHAPE(JSON.parse(Buffer.concat(frames).toString()), '');
}

const DIGITS = text({ pattern: /^\d{1,20}$/ });

const EXTENT: Shape<Extent> = (value, at) => {
  const [segment, offset, length, ...others] = listOf(count)(value, at);
  if (segment === undefined || offset === undefined || length === undefined || others.length > 0)
    throw wrong(at, 'is no extent');
  return [segment, offset, length];
};

const MARK_SHAPE = fields<FullMark>({
  version: oneOf(1),
  server: fields<ServerState>({
    ...{ startedAt: DIGITS, version: text(), systemIdentifier: DIGITS, timeline: count, database: DIGITS },
    ...{ encoding: text(), byteaOutput: text() },
  }),
  history: fields<HistoryMark>({ xids: listOf(DIGITS), bits: text({ pattern: /^[01]+$/ }) }),
  start: text({ pattern: /^[0-9A-F]{1,8}\/[0-9A-F]{1,8}$/ }),
  tables: listOf(
    fields<MarkedTable>({
      ...{ oid: DIGITS, filenode: DIGITS, toastFilenode: DIGITS, definition: SHA256, statement: SHA256 },
      ...{ rows: count, bytes: count, sha256: SHA256 },
      file: fields<MarkedTable['file']>({ sizeBytes: count, sha256: SHA256, extents: listOf(EXTENT) }),
    }),
  ),
});
