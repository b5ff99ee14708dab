/** One page of a listing. */
export interface ListingPage {
  readonly objects: readonly ListedObject[];
  /** The common prefixes, where a delimiter was asked for. */
  readonly prefixes: readonly string[];
  /** Of the next page; undefined: this one is the last. */
  readonly next: string | undefined;
}

export interface ListedObject {
  readonly key: string;
  readonly sizeBytes: number;
  /** Milliseconds since 1970; 0 where the server names no time. */
  readonly storedAt: number;
  readonly etag: string | undefined;
}

const ROOT = 'ListBucketResult';
const PIECE = /<(\/?)([A-Za-z][\w:.-]*)([^<>]*?)(\/?)>|([^<>]+)/y;
/** An object as MinIO writes each: read at once, in a tenth of the time. Any other goes piece by piece. */
const USUAL =
  /<Contents><Key>([^<>&]+)<\/Key><LastModified>([\dT:.-]+Z)<\/LastModified><ETag>(?:&#34;|&quot;)([\da-f-]+)(?:&#34;|&quot;)<\/ETag><Size>(\d{1,15})<\/Size>(?:<StorageClass>\w*<\/StorageClass>)?<\/Contents>/y;
const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w{1,8}));|&/g;
const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * Reads the answer to ListObjectsV2. Undefined: it has anything that is not expected here, and somebody who knows more
 * must look at it. Pure.
 */
export function parseListing(text: string): ListingPage | undefined {
  const objects: ListedObject[] = [];
  const prefixes: string[] = [];
  const own = new Map<string, string>();
  let current = new Map<string, string>();
  const isRead = walk(text, {
    object: (object) => objects.push(object),
    end: (path, value) => {
      const [, parent = '', name = ''] = path;
      if (path.length === 2) {
        if (parent === 'Contents') objects.push(objectOf(current));
        else if (parent === 'CommonPrefixes') prefixes.push(required(current, 'Prefix'));
        else own.set(parent, value);
        current = new Map();
      } else if (path.length === 3) current.set(name, value);
    },
  });
  const isTruncated = own.get('IsTruncated');
  if (!isRead || !own.has('Name') || !/^(true|false)$/.test(isTruncated ?? '')) return undefined;
  const next = isTruncated === 'true' ? own.get('NextContinuationToken') : undefined;
  return (isTruncated === 'true') === (next !== undefined && next !== '') ? { objects, prefixes, next } : undefined;
}

interface Found {
  /** With each object of the usual form. */
  readonly object: (object: ListedObject) => void;
  /** With the path of each other element, and its text, when it ends. */
  readonly end: (path: readonly string[], value: string) => void;
}

/** Calls what takes the elements. False: this is no such document. */
function walk(text: string, { object, end }: Found): boolean {
  const start = /^\s*(?:<\?xml[^<>]*\?>\s*)?/.exec(text)?.[0].length ?? 0;
  const path: string[] = [];
  let value = '';
  PIECE.lastIndex = start;
  try {
    for (let at = start; at < text.length; at = PIECE.lastIndex) {
      const usual = path.length === 1 ? usualAt(text, at) : undefined;
      if (usual !== undefined) {
        object(usual);
        PIECE.lastIndex = USUAL.lastIndex;
        continue;
      }
      const [, closes, name = '', , isEmpty, piece] = PIECE.exec(text) ?? refuse();
      if (piece !== undefined) value += path.length === 0 ? blank(piece) : unescaped(piece);
      else if (closes === '/') {
        if (path.at(-1) !== name) refuse();
        end(path, value);
        path.pop();
        value = '';
      } else {
        if (path.length === 0 && (name !== ROOT || at !== start)) refuse();
        path.push(name);
        value = '';
        if (isEmpty === '/') {
          end(path, value);
          path.pop();
        }
      }
    }
    return path.length === 0 && text.length > start;
  } catch (error) {
    if (error instanceof Unexpected) return false;
    throw error;
  }
}

function usualAt(text: string, at: number): ListedObject | undefined {
  USUAL.lastIndex = at;
  const [, key = '', time = '', etag, size] = USUAL.exec(text) ?? [];
  if (size === undefined) return undefined;
  const storedAt = Date.parse(time);
  return Number.isNaN(storedAt) ? refuse() : { key, sizeBytes: Number(size), storedAt, etag: `"${etag}"` };
}

class Unexpected extends Error {}

function refuse(): never {
  throw new Unexpected();
}

function blank(piece: string): string {
  return piece.trim() === '' ? '' : refuse();
}

function unescaped(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(ENTITY, (_, decimal?: string, hex?: string, name = '') => {
    if (decimal === undefined && hex === undefined) return NAMED[name] ?? refuse();
    const code = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : refuse();
  });
}

function objectOf(fields: ReadonlyMap<string, string>): ListedObject {
  const size = required(fields, 'Size');
  const time = fields.get('LastModified');
  const storedAt = time === undefined ? 0 : Date.parse(time);
  if (!/^\d{1,15}$/.test(size) || Number.isNaN(storedAt)) refuse();
  return { key: required(fields, 'Key'), sizeBytes: Number(size), storedAt, etag: fields.get('ETag') };
}

function required(fields: ReadonlyMap<string, string>, name: string): string {
  return fields.get(name) ?? refuse();
}
