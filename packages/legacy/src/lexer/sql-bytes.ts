/** The classes of bytes outside of quotes and comments. */
export const [
  OTHER,
  BLANK,
  LETTER,
  DIGIT,
  QUOTE,
  DOUBLE,
  DOLLAR,
  DASH,
  SLASH,
  BACKSLASH,
  SEMICOLON,
  OPEN,
  CLOSE,
  COLON,
] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13] as const;
export type ByteClass =
  | typeof OTHER
  | typeof BLANK
  | typeof LETTER
  | typeof DIGIT
  | typeof QUOTE
  | typeof DOUBLE
  | typeof DOLLAR
  | typeof DASH
  | typeof SLASH
  | typeof BACKSLASH
  | typeof SEMICOLON
  | typeof OPEN
  | typeof CLOSE
  | typeof COLON;

/** Class of each byte. A vertical tab is a blank only for newer versions; no dump holds one, so it has no own class. */
export const CLASSES = classes();
/** 1 for bytes that continue an unquoted word: letters, digits, `_`, `$`, and every byte beyond ASCII. */
export const CONTINUES = Uint8Array.from(CLASSES, (each) =>
  each === LETTER || each === DIGIT || each === DOLLAR ? 1 : 0,
);

function classes(): Uint8Array {
  const table = new Uint8Array(256);
  for (const byte of Buffer.from(' \t\n\r\f')) table[byte] = BLANK;
  for (let byte = 0; byte < 256; byte += 1) {
    if (byte >= 0x80 || /[A-Za-z_]/.test(String.fromCharCode(byte))) table[byte] = LETTER;
    if (/[0-9]/.test(String.fromCharCode(byte))) table[byte] = DIGIT;
  }
  const single = {
    "'": QUOTE,
    '"': DOUBLE,
    $: DOLLAR,
    '-': DASH,
    '/': SLASH,
    '\\': BACKSLASH,
    ';': SEMICOLON,
  } as const;
  for (const [letter, each] of Object.entries({ ...single, '(': OPEN, ')': CLOSE, ':': COLON })) {
    table[letter.charCodeAt(0)] = each;
  }
  return table;
}
