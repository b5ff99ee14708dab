/** A byte b that is not UTF-8 becomes the lone surrogate U+DC00 + b, as in Python's `surrogateescape`: lossless. */
const ESCAPED = /[\udc80-\udcff]/;
const REPLACED = '\ufffd';

/** Text of a server: UTF-8 is decoded, each other byte becomes a lone surrogate U+DC80 to U+DCFF. */
export function textOfBytes(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.includes(REPLACED) ? escaped(bytes) : text;
}

/** The inverse of textOfBytes. */
export function bytesOfText(text: string): Buffer {
  if (!holdsBytes(text)) return Buffer.from(text, 'utf8');
  // with the flag `u` a pair of surrogates is one character, so only lone ones are found
  const parts = text.split(/([\udc80-\udcff])/u);
  return Buffer.concat(parts.map((part, index) => (index % 2 === 1 ? Buffer.from([byteOf(part)]) : Buffer.from(part))));
}

/** Whether the text contains bytes that are not UTF-8. */
export function holdsBytes(text: string): boolean {
  return ESCAPED.test(text) && /[\udc80-\udcff]/u.test(text);
}

function byteOf(surrogate: string): number {
  return surrogate.charCodeAt(0) - 0xdc00;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function escaped(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = lengthOfCharacter(bytes[at] as number);
    const character = length === 0 ? undefined : decoded(bytes.subarray(at, at + length));
    text += character ?? String.fromCharCode(0xdc00 + (bytes[at] as number));
    at += character === undefined ? 1 : length;
  }
  return text;
}

function lengthOfCharacter(first: number): number {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return 2;
  if (first >= 0xe0 && first < 0xf0) return 3;
  return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

function decoded(bytes: Buffer): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
