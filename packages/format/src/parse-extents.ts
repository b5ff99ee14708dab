import { randomBytes } from 'node:crypto';
import type { Extent } from './catalog-document.ts';
import { createExtents, type PackedExtents } from './extents.ts';
import { parseJson } from './json.ts';

/** A shorter text is parsed at once, bytes. */
const LARGE_BYTES = 64 * 1024;
const KEY = Buffer.from('"extents":');
const LISTS = Buffer.from('"extents":[[');
const [COMMA, OPEN, CLOSE, ZERO, NINE] = [0x2c, 0x5b, 0x5d, 0x30, 0x39];
/** Of one extent. */
const NUMBERS_MAX = 4;
/** More digits may be no exact number. */
const DIGITS_MAX = 15;
/** Stands for a list in the rest of the text; nobody can know it before. */
const MARK = randomBytes(16).toString('hex');

/**
 * As `parseJson`, but lists of extents, written as we write them, are packed while they are read: a file of terabytes has a
 * million extents, which as a list of lists take ten times as much. Throws what JSON.parse throws.
 */
export function parseWithExtents(text: Uint8Array): unknown {
  if (text.length < LARGE_BYTES) return parseJson(text);
  const taken = takeLists(Buffer.from(text.buffer, text.byteOffset, text.byteLength));
  if (taken === undefined) return parseJson(text);
  const { rest, lists } = taken;
  return parseJson(rest, (key, value) =>
    key === 'extents' && typeof value === 'string' && value.startsWith(MARK)
      ? lists[Number(value.slice(MARK.length))]
      : value,
  );
}

/** The text with a mark in the place of each list; undefined: one is written otherwise. A string cannot hold the bytes of LISTS. */
function takeLists(text: Buffer): { readonly rest: Buffer; readonly lists: readonly PackedExtents[] } | undefined {
  const [rest, lists]: [Buffer[], PackedExtents[]] = [[], []];
  let from = 0;
  for (let at = text.indexOf(LISTS); at !== -1; at = text.indexOf(LISTS, from)) {
    const found = readList(text, at + KEY.length);
    if (found === undefined) return undefined;
    rest.push(text.subarray(from, at + KEY.length), Buffer.from(`"${MARK}${lists.length}"`));
    lists.push(found.extents);
    from = found.end;
  }
  return { rest: Buffer.concat([...rest, text.subarray(from)]), lists };
}

/** `[[1,2,3],[4,5,6,1]]` at `from`; undefined: anything else, which JSON.parse judges. */
function readList(text: Buffer, from: number): { readonly extents: PackedExtents; readonly end: number } | undefined {
  const extents = createExtents();
  const numbers: number[] = [];
  let at = from;
  do {
    at = readNumbers(text, at + 1, numbers);
    const extent = extentOf(numbers);
    if (at === -1 || extent === undefined) return undefined;
    extents.add(extent);
  } while (text[at] === COMMA);
  return text[at] === CLOSE ? { extents, end: at + 1 } : undefined;
}

function extentOf([segment = -1, offset = -1, length = -1, inParent, ...others]: readonly number[]):
  | Extent
  | undefined {
  if (others.length > 0 || Math.min(segment, offset, length) < 0 || Math.max(segment, offset, length) >= 2 ** 31)
    return undefined;
  if (inParent === undefined) return [segment, offset, length];
  return inParent === 1 ? [segment, offset, length, 1] : undefined;
}

/** Reads `[1,2,3]` into `numbers`; returns where it ends, -1 for anything else. */
function readNumbers(text: Buffer, from: number, numbers: number[]): number {
  numbers.length = 0;
  if (text[from] !== OPEN) return -1;
  for (let at = from + 1; ; at += 1) {
    const begin = at;
    let number = 0;
    for (; isDigit(text[at]); at += 1) number = number * 10 + (text[at] as number) - ZERO;
    const isNumber = at > begin && at - begin <= DIGITS_MAX && (text[begin] !== ZERO || at === begin + 1);
    if (!isNumber || numbers.length === NUMBERS_MAX) return -1;
    numbers.push(number);
    if (text[at] === CLOSE) return at + 1;
    if (text[at] !== COMMA) return -1;
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}
