import { parseJson } from './json.ts';
import { createJsonText, type JsonBounds } from './json-text.ts';
import { wrong } from './shape.ts';

/** The value of a field of the document, or one member of a list that was asked for member by member: UTF-8. */
export interface JsonPart {
  readonly key: string;
  /** A list's members follow a part `[]` of its own. */
  readonly isMember: boolean;
  readonly text: Uint8Array;
}

export interface JsonScanner {
  /** The parts that end in this chunk. Throws ShapeError. */
  push(chunk: Uint8Array): readonly JsonPart[];
  /** Throws ShapeError unless the document is over. */
  end(): void;
}

/** What is being read; `behind` a list, `before` and `after` the document. */
type Place = 'before' | 'key' | 'value' | 'member' | 'behind' | 'after';

const CODE = { '"': 0x22, ',': 0x2c, ':': 0x3a, '[': 0x5b, '\\': 0x5c, ']': 0x5d, '{': 0x7b, '}': 0x7d } as const;
/** What ends the text that stands at a place. */
const ENDS: Readonly<Record<Place, readonly number[]>> = {
  before: [CODE['{']],
  key: [CODE[':'], CODE['}']],
  value: [CODE[','], CODE['}']],
  member: [CODE[','], CODE[']']],
  behind: [CODE[','], CODE['}']],
  after: [],
};

/**
 * Splits the text of a JSON object, which arrives in chunks, into the values of its fields, and the lists that `isList`
 * names into their members: its reader holds one part at a time. Fields that `isKnown` denies are passed over. Whether
 * a part is JSON is for its reader to find out.
 */
export function createJsonScanner(
  { isKnown, isList }: { readonly isKnown: (key: string) => boolean; readonly isList: (key: string) => boolean },
  bounds: JsonBounds,
): JsonScanner {
  const text = createJsonText(bounds);
  const keys = new Set<string>();
  let place: Place = 'before';
  let key = '';
  let first = true;
  let parts: JsonPart[] = [];
  const enter = (next: Place, isFirst = false): void => {
    place = next;
    first = isFirst;
    text.begin({ kept: next === 'key' || ((next === 'value' || next === 'member') && isKnown(key)) });
  };
  const endKey = (byte: number): Place => {
    if (byte === CODE['}']) return endEmpty();
    key = parseKey(text.take());
    if (keys.has(key)) throw wrong(key, 'is there twice');
    if (keys.size === FIELDS_MAX) throw wrong('', `has more than ${FIELDS_MAX} fields`);
    keys.add(key);
    return 'value';
  };
  const endEmpty = (): Place => {
    if (!first || !text.isBlank()) throw broken();
    return 'after';
  };
  const endPart = (next: Place): Place => {
    if (isKnown(key)) parts.push({ key, isMember: place === 'member', text: text.take() });
    return next;
  };
  const endMember = (byte: number): Place => {
    if (byte === CODE[',']) return endPart('member');
    return first && text.isBlank() ? 'behind' : endPart('behind');
  };
  const leave = (byte: number): Place => {
    if (place === 'key') return endKey(byte);
    if (place === 'member') return endMember(byte);
    const next = place === 'before' || byte === CODE[','] ? 'key' : 'after';
    if (place === 'value') return endPart(next);
    if (!text.isBlank()) throw broken();
    return next;
  };
  const beginList = (): void => {
    parts.push({ key, isMember: false, text: EMPTY_LIST });
    enter('member', true);
  };
  enter('before');
  return {
    push(chunk) {
      parts = [];
      for (let at = 0; at < chunk.length; ) {
        const opens = place === 'value' && isList(key) ? CODE['['] : -1;
        const end = text.read(chunk, at, { ends: ENDS[place], opens });
        at = end + 1;
        if (end === chunk.length) break;
        if (chunk[end] === opens) beginList();
        else enter(leave(chunk[end] as number), place === 'before');
      }
      return parts;
    },
    end() {
      if (place !== 'after' || !text.isBlank()) throw wrong('', 'is incomplete');
    },
  };
}

function parseKey(text: Uint8Array): string {
  const key = text.length <= KEY_MAX_BYTES ? (parseJson(text) as unknown) : undefined;
  if (typeof key !== 'string') throw broken();
  return key;
}

/** Of the document itself, known or not. */
const FIELDS_MAX = 64;
const KEY_MAX_BYTES = 256;
const EMPTY_LIST = Buffer.from('[]');

function broken(): Error {
  return wrong('', 'is not a JSON object');
}
