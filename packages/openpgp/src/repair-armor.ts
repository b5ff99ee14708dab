const WHOLE = /^(-----BEGIN [A-Z ]+-----)([\s\S]*)(-----END [A-Z ]+-----)$/;
/** Headers, one per line, if any; an empty line; then only Base64: every reader accepts this. */
const SOUND = /^\s*?\n(?:[A-Za-z]+: [^\n]*\n)*\s*?\n(?:[A-Za-z0-9+/=]+\s*?\n)+$/;
/** Whole groups of Base64, then the checksum, if any. */
const DATA = /^((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)(=[A-Za-z0-9+/]{4})?$/;
/** Shorter words may be part of a header, e.g. of a comment; the data lines of every program are longer. A multiple of 4. */
const LEAST_LINE = 48;

/**
 * An armored block with its line ends restored. CI systems and shells turn line ends into blanks, drop them or the empty
 * line before the data, or indent lines; the data are still complete. A block that cannot be repaired stays as it is.
 */
export function repairArmor(block: string): string {
  const [, begin, body = '', end] = WHOLE.exec(block) ?? [];
  if (SOUND.test(body)) return block;
  const words = body.split(/\s+/).filter(Boolean);
  const [, data, checksum] = DATA.exec(words.slice(dataAt(words)).join('')) ?? [];
  if (!data) return block;
  return [begin, '', ...(data.match(/.{1,64}/g) ?? []), ...(checksum ? [checksum] : []), end, ''].join('\n');
}

/** The index after the headers, if any: `Name:` and more words. */
function dataAt(words: readonly string[]): number {
  if (!/^[A-Za-z]+:$/.test(words[0] ?? '')) return 0;
  return Math.max(
    words.findIndex((word) => word.length >= LEAST_LINE && DATA.test(word.slice(0, LEAST_LINE))),
    0,
  );
}
