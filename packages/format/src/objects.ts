import { compressTexts } from './compress-texts.ts';
import { name } from './database-texts.ts';
import { invalid } from './json.ts';
import { isCatalogName, RANGE_SEGMENTS, segmentNumber } from './keys.ts';
import { LABEL } from './label.ts';
import { largerTexts } from './larger-texts.ts';
import { readLines } from './lines.ts';
import type { ObjectList } from './object-list.ts';
import { count, fields, MD5, oneOf, optional, SHA256, type Shape, ShapeError, text, wrong } from './shape.ts';
import { decompressChunks } from './zstd.ts';

/** Every stored object of a backup but the commit, its signature and this document. One member per line. */
export interface ObjectsDocument {
  readonly version: 1;
  readonly name: string;
  readonly label: string;
  readonly objects: readonly ObjectEntry[];
}

/** One that is written: an array in any order, or a list in the order of its keys, which is not held twice. */
export interface WrittenObjects extends Omit<ObjectsDocument, 'objects'> {
  readonly objects: readonly ObjectEntry[] | ObjectList;
}

export interface ObjectEntry {
  /** Relative to `<name>/data/<label>/`, e.g. `segment-00000000.tar.zst.gpg`. */
  readonly key: string;
  readonly sizeBytes: number;
  /** Of the bytes as stored. */
  readonly sha256: string;
  /** Of the bytes as stored, where the storage lists it. */
  readonly md5?: string;
}

/** Most segments of a backup: 16 TiB of dump at 8 MiB each. */
export const SEGMENTS_MAX = 2 * 1024 * 1024;
/** Largest stored document, bytes. */
export const OBJECTS_MAX_BYTES = 256 * 1024 * 1024;
const PLAIN_MAX_BYTES = 512 * 1024 * 1024;

/** Whose document is expected, and where it was read: `key` is named in errors. */
export interface ObjectsSource {
  readonly key: string;
  readonly name: string;
  readonly label: string;
  /** Numbers of segments have gaps: several workers stored them, each in a range of its own. */
  readonly inRanges?: boolean;
}

/** One zstd frame of a JSON text with one object per line, in order of their keys. The text is never held whole. */
export async function writeObjects(document: WrittenObjects): Promise<Uint8Array> {
  return compressTexts(largerTexts(textsOf(document)));
}

function* textsOf({ label, name, version, objects }: WrittenObjects): Generator<string> {
  yield `${JSON.stringify({ label, name, version }).slice(0, -1)},"objects":[\n`;
  let separator = '';
  for (const entry of inKeyOrder(objects)) {
    yield `${separator}${JSON.stringify(inOrder(entry))}`;
    separator = ',\n';
  }
  yield `${objects.length === 0 ? '' : '\n'}]}\n`;
}

function inKeyOrder(objects: WrittenObjects['objects']): Iterable<ObjectEntry> {
  return Array.isArray(objects) ? objects.toSorted((a, b) => (a.key < b.key ? -1 : 1)) : objects;
}

/**
 * The objects of a backup one after another, in order of their keys, in bounded memory. A caller that stops early has
 * not checked the rest. Errors: catalog-invalid with the key, for a document that is damaged, of another backup, names
 * an object that no backup has, or lacks a segment.
 */
export async function* readObjects(stored: Uint8Array, source: ObjectsSource): AsyncGenerator<ObjectEntry> {
  try {
    yield* entriesOf(stored, source);
  } catch (error) {
    throw invalid('catalog-invalid', source.key, error);
  }
}

/** All of them at once. Errors: as readObjects. */
export async function parseObjects(stored: Uint8Array, source: ObjectsSource): Promise<ObjectsDocument> {
  const objects: ObjectEntry[] = [];
  for await (const entry of readObjects(stored, source)) objects.push(entry);
  return { version: 1, name: source.name, label: source.label, objects };
}

async function* entriesOf(stored: Uint8Array, source: ObjectsSource): AsyncGenerator<ObjectEntry> {
  const lines = readLines(decompressChunks(stored, { maxBytes: PLAIN_MAX_BYTES }));
  const head = await lines.next();
  checkHead(head.done ? '' : head.value, source);
  const order = createOrder(source);
  let closed = false;
  let comma = true;
  for await (const line of lines) {
    if (closed) throw wrong('', 'has lines after its end');
    if (line === ']}') {
      closed = true;
      continue;
    }
    if (!comma) throw wrong('', 'lacks a comma between two objects');
    comma = line.endsWith(',');
    const entry = OBJECT_SHAPE(JSON.parse(comma ? line.slice(0, -1) : line), '');
    order.check(entry);
    yield entry;
  }
  if (!closed || (comma && order.entries > 0)) throw wrong('', 'is incomplete');
  order.end();
}

function checkHead(line: string, source: ObjectsSource): void {
  const head = OBJECTS_HEAD_SHAPE(JSON.parse(`${line}]}`), '');
  if (head.name !== source.name || head.label !== source.label) {
    throw new ShapeError(`it belongs to backup '${head.label}' of '${head.name}'`);
  }
}

/** Ascending keys, segments without a gap except before a range, one catalog. */
function createOrder({ inRanges = false }: Pick<ObjectsSource, 'inRanges'>) {
  let last = '';
  let segments = 0;
  let next = 0;
  let catalogs = 0;
  let entries = 0;
  return {
    get entries() {
      return entries;
    },
    check({ key }: ObjectEntry): void {
      if (key <= last) throw wrong(key, 'is listed twice or out of order');
      last = key;
      entries += 1;
      if (isCatalogName(key)) catalogs += 1;
      const number = segmentNumber(key);
      if (number === undefined) return;
      const isFirst = inRanges && number % RANGE_SEGMENTS === 0;
      if (number !== next && !isFirst) throw wrong(key, 'does not follow the segment before it');
      next = number + 1;
      if (segments === SEGMENTS_MAX) throw wrong('', `has more than ${SEGMENTS_MAX} segments`);
      segments += 1;
    },
    end(): void {
      if (catalogs !== 1) throw new ShapeError(`it lists ${catalogs} catalogs`);
    },
  };
}

function inOrder({ key, md5, sha256, sizeBytes }: ObjectEntry): ObjectEntry {
  return md5 === undefined ? { key, sha256, sizeBytes } : { key, md5, sha256, sizeBytes };
}

/** The fields before the objects. */
export const OBJECTS_HEAD_SHAPE = fields<{ version: 1; name: string; label: string }>({
  version: oneOf(1),
  name,
  label: text({ pattern: LABEL }),
});

export const OBJECT_SHAPE: Shape<ObjectEntry> = fields<ObjectEntry>({
  key: text({ pattern: /^(segment-\d{8}\.tar\.zst(\.gpg)?|catalog\.json\.zst(\.gpg)?|(index|mark)\.bin)$/ }),
  sizeBytes: count,
  sha256: SHA256,
  md5: optional(MD5),
});
