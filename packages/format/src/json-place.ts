import { parseJson } from './json.ts';
import type { JsonText, Marks } from './json-text.ts';
import { wrong } from './shape.ts';

/** The value of a field of the document, or one member of a list that is read member by member: UTF-8. */
export interface JsonPart {
  readonly key: string;
  /** A list's members come after a part `[]`. */
  readonly isMember: boolean;
  readonly text: Uint8Array;
}

/** Which fields of the document are read, and which of them member by member. */
export interface JsonFields {
  readonly isKnown: (key: string) => boolean;
  readonly isList: (key: string) => boolean;
}

/** What is being read; `behind`: after a list; `before` and `after`: outside the document. */
type Place = 'before' | 'key' | 'value' | 'member' | 'behind' | 'after';

/** The state of reading a document. */
export interface Scan {
  readonly fields: JsonFields;
  readonly text: JsonText;
  /** Top-level keys read so far, known or not. */
  readonly keys: Set<string>;
  place: Place;
  /** The field that is being read. */
  key: string;
  /** Whether this is the first key of the document, or the first member of a list. */
  isFirst: boolean;
}

const CODE = { ',': 0x2c, ':': 0x3a, '[': 0x5b, ']': 0x5d, '{': 0x7b, '}': 0x7d } as const;
/** The bytes that end the text at a place. */
const ENDS: Readonly<Record<Place, readonly number[]>> = {
  before: [CODE['{']],
  key: [CODE[':'], CODE['}']],
  value: [CODE[','], CODE['}']],
  member: [CODE[','], CODE[']']],
  behind: [CODE[','], CODE['}']],
  after: [],
};
const FIELDS_MAX = 64;
const KEY_MAX_BYTES = 256;
const EMPTY_LIST = Buffer.from('[]');

/** At the start of a document. */
export function beginScan(fields: JsonFields, text: JsonText): Scan {
  const scan: Scan = { fields, text, keys: new Set(), place: 'before', key: '', isFirst: false };
  enter(scan, 'before');
  return scan;
}

/** Bytes that end the text at this place; `opens` begins a list that is read member by member. */
export function marksOf({ fields, place, key }: Scan): Marks {
  return { ends: ENDS[place], opens: place === 'value' && fields.isList(key) ? CODE['['] : -1 };
}

/** Enters a list; returns the part of the list itself, without members. */
export function beginList(scan: Scan): JsonPart {
  enter(scan, 'member', true);
  return { key: scan.key, isMember: false, text: EMPTY_LIST };
}

/** Goes to the next place, after `byte`, which ends this one; returns the ended part, if any. Throws ShapeError. */
export function leave(scan: Scan, byte: number): JsonPart | undefined {
  const { place } = scan;
  const next = nextPlace(scan, byte);
  const hasPart = place === 'value' || (place === 'member' && !isEmptyList(scan, byte));
  const part = hasPart ? partOf(scan) : undefined;
  enter(scan, next, place === 'before');
  return part;
}

function enter(scan: Scan, next: Place, isFirst = false): void {
  scan.place = next;
  scan.isFirst = isFirst;
  const isRead = next === 'value' || next === 'member';
  scan.text.begin({ kept: next === 'key' || (isRead && scan.fields.isKnown(scan.key)) });
}

function nextPlace(scan: Scan, byte: number): Place {
  switch (scan.place) {
    case 'key':
      return byte === CODE['}'] ? endEmpty(scan) : endKey(scan);
    case 'member':
      return byte === CODE[','] ? 'member' : 'behind';
    case 'value':
      return byte === CODE[','] ? 'key' : 'after';
    case 'before':
    case 'behind':
    case 'after':
      if (!scan.text.isBlank()) throw broken();
      return scan.place === 'before' || byte === CODE[','] ? 'key' : 'after';
  }
}

/** The document ends without a field. */
function endEmpty({ isFirst, text }: Scan): Place {
  if (!isFirst || !text.isBlank()) throw broken();
  return 'after';
}

function endKey(scan: Scan): Place {
  const { keys } = scan;
  const key = parseKey(scan.text.take());
  if (keys.has(key)) throw wrong(key, 'is there twice');
  if (keys.size === FIELDS_MAX) throw wrong('', `has more than ${FIELDS_MAX} fields`);
  keys.add(key);
  scan.key = key;
  return 'value';
}

function isEmptyList({ isFirst, text }: Scan, byte: number): boolean {
  return isFirst && byte === CODE[']'] && text.isBlank();
}

function partOf({ fields, place, key, text }: Scan): JsonPart | undefined {
  return fields.isKnown(key) ? { key, isMember: place === 'member', text: text.take() } : undefined;
}

function parseKey(text: Uint8Array): string {
  const key = text.length <= KEY_MAX_BYTES ? (parseJson(text) as unknown) : undefined;
  if (typeof key !== 'string') throw broken();
  return key;
}

function broken(): Error {
  return wrong('', 'is not a JSON object');
}
