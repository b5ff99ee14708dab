import { CATALOG_BOUNDS } from '../catalog.ts';
import type { StoredFile } from '../catalog-document.ts';
import { EXTENTS } from '../catalog-shape.ts';
import { withExtents } from '../catalog-texts.ts';
import { line } from '../database-texts.ts';
import type { Extents } from '../extents.ts';
import { DUMP_FILE_NAME } from '../file-name.ts';
import { partName } from '../keys.ts';
import { createObjectList, type ObjectList } from '../object-list.ts';
import { OBJECT_SHAPE, type ObjectEntry } from '../objects.ts';
import { readDocument } from '../read-document.ts';
import {
  count,
  fields,
  type ListShape,
  listOf,
  nullable,
  oneOf,
  optional,
  SHA256,
  type Shape,
  text,
  wrong,
} from '../shape.ts';
import { DATA_FILE, type PlanBinding, RUN } from './parts-plan.ts';
import { openDocumentFrames, sealTexts } from './sealed-document.ts';

/** A table that a worker stored. */
export interface DoneTable {
  readonly file: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Segments are counted from the first one of the worker's range; those of a parent as in its catalog. */
  readonly extents: Extents;
  /** Of the COPY stream. */
  readonly copy: { readonly rows: number; readonly bytes: number; readonly sha256: string };
  /** How many the file has in the part's chunks. */
  readonly chunks?: number;
}

/** Another file that a worker stored. */
export interface DoneFile extends StoredFile {
  /** As of a table. */
  readonly chunks?: number;
}

/** `part-<range>.bin`: what a worker stored for a part, written after all of it. */
export interface DonePart {
  readonly version: 1;
  /** That of the plan. */
  readonly run: string;
  /** From 1. */
  readonly part: number;
  readonly range: number;
  /**
   * Of a full in a set: whether its chunks are beside the list, or are more than an index takes. Of a differential:
   * `references`, which its extents then may have.
   */
  readonly set?: 'chunks' | 'too-many-chunks' | 'references';
  /** Packed when it was read: 57 bytes of memory for each. */
  readonly objects: ObjectList;
  readonly tables: readonly DoneTable[];
  /** Beside those of tables; segments are counted as there. */
  readonly files?: readonly DoneFile[] | undefined;
  /** The machine of the worker, as far as it is known. */
  readonly machine: string | null;
  readonly durationMs: number;
}

/** Memory: the result. The text is never held whole. */
export function writeDonePart(done: DonePart, to: PlanBinding): Buffer {
  return sealTexts(() => textsOf(done), { ...to, object: partName(done.range) });
}

/** Throws ShapeError where it is altered, cut, or of another backup, range or secret. */
export async function readDonePart(stored: Uint8Array, range: number, from: PlanBinding): Promise<DonePart> {
  const frames = openDocumentFrames(stored, { ...from, object: partName(range) });
  const done = await readDocument(frames, DONE_SHAPE, BOUNDS);
  if (done.range !== range) throw wrong('range', 'is not that of its name');
  if (done.set !== 'references') for (const { name, extents } of filesOfPart(done)) requireOwn(extents, name);
  return done;
}

/** Stored bytes of all objects of a part. */
export function storedBytesOf({ objects }: Pick<DonePart, 'objects'>): number {
  let bytes = 0;
  for (const { sizeBytes } of objects) bytes += sizeBytes;
  return bytes;
}

/** All files of a part, those of tables first. */
export function filesOfPart({ tables, files = [] }: Pick<DonePart, 'tables' | 'files'>): readonly DoneFile[] {
  return [...tables.map(({ file: name, copy: _, ...stored }) => ({ name, ...stored })), ...files];
}

/** Bytes of its files. */
export function rawBytesOf(done: Pick<DonePart, 'tables' | 'files'>): number {
  return filesOfPart(done).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

function* textsOf({ objects, tables, files, ...facts }: DonePart): Generator<string> {
  yield `${JSON.stringify(facts).slice(0, -1)},"objects":[`;
  let separator = '';
  for (const entry of objects) {
    yield `${separator}${JSON.stringify(entry)}`;
    separator = ',';
  }
  yield '],"tables":[';
  yield* membersOf(tables);
  if (files !== undefined) {
    yield '],"files":[';
    yield* membersOf(files);
  }
  yield ']}';
}

function* membersOf(list: readonly (DoneTable | DoneFile)[]): Generator<string> {
  let separator = '';
  for (const one of list) {
    yield separator;
    yield* withExtents(one);
    separator = ',';
  }
}

/** Those of a catalog: a file of a differential may have many more extents than a worker stores segments. */
const BOUNDS = { ...CATALOG_BOUNDS, partObjects: 16 };

/** Kept packed; `add` is called with what it returned for the empty list. */
const OBJECTS = Object.assign(
  (value: unknown, at: string): ObjectList => createObjectList(listOf(OBJECT_SHAPE)(value, at)),
  {
    add: (list: ReturnType<typeof createObjectList>, value: unknown, at: string) => list.add(OBJECT_SHAPE(value, at)),
    member: OBJECT_SHAPE,
  },
) as unknown as Shape<ObjectList> & Pick<ListShape<ObjectEntry>, 'add'>;

function requireOwn(extents: Extents, name: string): void {
  for (const extent of extents) if (extent.length !== 3) throw wrong(`files '${name}'`, 'has pieces in a parent');
}

const DONE_SHAPE = fields<DonePart>({
  version: oneOf(1),
  run: RUN,
  part: count,
  range: count,
  set: optional(oneOf('chunks', 'too-many-chunks', 'references')),
  objects: OBJECTS,
  tables: listOf(
    fields<DoneTable>({
      file: DATA_FILE,
      sizeBytes: count,
      sha256: SHA256,
      extents: EXTENTS,
      copy: fields<DoneTable['copy']>({ rows: count, bytes: count, sha256: SHA256 }),
      chunks: optional(count),
    }),
  ),
  files: optional(
    listOf(
      fields<DoneFile>({
        name: text({ pattern: DUMP_FILE_NAME }),
        sizeBytes: count,
        sha256: SHA256,
        extents: EXTENTS,
        chunks: optional(count),
      }),
    ),
  ),
  machine: nullable(line),
  durationMs: count,
});
