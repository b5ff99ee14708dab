import { wrong } from './shape.ts';

/** Limits of a document, also for one that an attacker wrote. */
export interface JsonBounds {
  /** Nested objects and lists. */
  readonly depth: number;
  /** Commas and opening brackets outside strings: an upper bound of the members. */
  readonly members: number;
  /** Of one part: the value of a field or a member of a list. JSON.parse takes a second for a million bytes. */
  readonly partBytes: number;
  readonly partObjects: number;
  readonly partLists: number;
}

/** Bytes that end a stretch; `opens` only if nothing but blanks precedes it. */
export interface Marks {
  readonly ends: readonly number[];
  readonly opens: number;
}

/** One stretch of a JSON text, up to a mark outside its strings and brackets. */
export interface JsonText {
  /** A new stretch; one that is not kept is only scanned. */
  begin(options: { readonly kept: boolean }): void;
  /**
   * Continues at `from`; returns the position of the first mark, or the chunk's length without one. Throws ShapeError
   * beyond the bounds; `depth` and `members` count for all stretches together.
   */
  read(chunk: Uint8Array, from: number, marks: Marks): number;
  isBlank(): boolean;
  /** The bytes of a kept stretch. */
  take(): Uint8Array;
}

const [QUOTE, BACKSLASH, COMMA, OPEN_OBJECT] = [0x22, 0x5c, 0x2c, 0x7b];
const [ORDINARY, BLANK, OPENS, CLOSES, MARK] = [0, 1, 2, 3, 4];
/** What each byte means outside of strings. */
const KIND = new Uint8Array(256).fill(ORDINARY);
for (const byte of [0x20, 0x09, 0x0a, 0x0d]) KIND[byte] = BLANK;
for (const byte of Buffer.from('[{')) KIND[byte] = OPENS;
for (const byte of Buffer.from(']}')) KIND[byte] = CLOSES;
for (const byte of Buffer.from(',:')) KIND[byte] = MARK;

export function createJsonText(bounds: JsonBounds): JsonText {
  const nesting = createNesting(bounds);
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let keep = false;
  let blank = true;
  let quoted = false;
  let escaped = false;
  const inString = (byte: number): void => {
    if (escaped) escaped = false;
    else if (byte === BACKSLASH) escaped = true;
    else if (byte === QUOTE) quoted = false;
  };
  const isEnd = (byte: number, { ends, opens }: Marks): boolean =>
    nesting.depth() === 0 && (ends.includes(byte) || (blank && byte === opens));
  const find = (chunk: Uint8Array, from: number, marks: Marks): number => {
    for (let at = from; at < chunk.length; at += 1) {
      const byte = chunk[at] as number;
      const kind = KIND[byte] as number;
      if (quoted) inString(byte);
      else if (kind >= OPENS && isEnd(byte, marks)) return at;
      else if (kind !== BLANK) {
        if (kind >= OPENS) nesting.meet(byte);
        quoted = byte === QUOTE;
        blank = false;
      }
    }
    return chunk.length;
  };
  const hold = (bytes: Uint8Array): void => {
    heldBytes += bytes.length;
    if (heldBytes > bounds.partBytes) throw wrong('', `has a field or member of more than ${bounds.partBytes} bytes`);
    held.push(bytes);
  };
  return {
    begin({ kept }) {
      nesting.begin();
      keep = kept;
      blank = true;
      held = [];
      heldBytes = 0;
    },
    read(chunk, from, marks) {
      const end = find(chunk, from, marks);
      if (keep) hold(chunk.subarray(from, end));
      if (end < chunk.length) nesting.count(chunk[end] as number);
      return end;
    },
    isBlank: () => blank,
    take: () => (held.length === 1 ? (held[0] as Uint8Array) : Buffer.concat(held)),
  };
}

function createNesting(bounds: JsonBounds) {
  let members = 0;
  let depth = 0;
  let objects = 0;
  let lists = 0;
  const open = (byte: number): void => {
    depth += 1;
    if (byte === OPEN_OBJECT) objects += 1;
    else lists += 1;
    if (depth > bounds.depth) throw wrong('', `has objects or lists in more than ${bounds.depth} others`);
    if (objects > bounds.partObjects) throw wrong('', `has a part with more than ${bounds.partObjects} objects`);
    if (lists > bounds.partLists) throw wrong('', `has a part with more than ${bounds.partLists} lists`);
  };
  const count = (byte: number): void => {
    if (byte === COMMA || KIND[byte] === OPENS) members += 1;
    if (members > bounds.members) throw wrong('', `has more than ${bounds.members} members`);
  };
  return {
    depth: () => depth,
    count,
    begin(): void {
      objects = 0;
      lists = 0;
    },
    meet(byte: number): void {
      if (KIND[byte] === OPENS) open(byte);
      if (KIND[byte] === CLOSES) depth -= 1;
      if (depth < 0) throw wrong('', 'is not a JSON object');
      count(byte);
    },
  };
}
