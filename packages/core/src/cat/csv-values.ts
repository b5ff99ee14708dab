const NEWLINE = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;
/** A longer value is quoted even if it need not be: so it need not be held as a whole. */
const HELD_MAX_BYTES = 1024 * 1024;
const END_OF_DATA = Buffer.from('\\.');
const NOTHING = Buffer.alloc(0);

/** Values of CSV, byte by byte, each with its separator. */
export interface CsvValues {
  put(byte: number): void;
  /** The value that ends next is NULL. */
  putNull(): void;
  end(separator: number): void;
  /** What is complete; valid until the next call. At most `stepBytes` calls of the others may precede it. */
  flush(): Buffer;
}

/** Quotes as COPY does: a value with a quote, a comma or a line end, an empty one, and `\.` as the only one of a row. */
export function createCsvValues(columns: number, stepBytes: number): CsvValues {
  let out = NOTHING;
  /** Takes the place of `out` while the caller has that. */
  let spare = NOTHING;
  let at = 0;
  /** Where the value begins in `out`: one byte is left free for a quote. */
  let begin = 0;
  let isQuoted = false;
  let isNull = false;
  /** The opening quote is flushed already. */
  let isOpen = false;
  const needsQuotes = (): boolean =>
    isQuoted || at === begin + 1 || (columns === 1 && out.subarray(begin + 1, at).equals(END_OF_DATA));
  const close = (): void => {
    if (isNull || columns === 0) at = begin;
    else if (isOpen || needsQuotes()) {
      if (!isOpen) out[begin] = QUOTE;
      out[at++] = QUOTE;
    } else {
      out.copyWithin(begin, begin + 1, at);
      at -= 1;
    }
  };
  const open = (): void => {
    begin = at++;
    isQuoted = isNull = isOpen = false;
  };
  const flush = (): Buffer => {
    if (at - begin > HELD_MAX_BYTES && !isOpen) {
      out[begin] = QUOTE;
      isOpen = true;
    }
    const end = isOpen ? at : begin;
    const done = out.subarray(0, end);
    const rest = out.subarray(end, at);
    // at most three bytes for one: the closing quote, a separator, the place of the next quote
    const room = rest.length + 3 * stepBytes + 1;
    if (spare.length < room) spare = Buffer.allocUnsafe(room);
    at = rest.copy(spare);
    begin = 0;
    [out, spare] = [spare, out];
    return done;
  };
  flush();
  open();
  return {
    put(byte) {
      if (byte === QUOTE) out[at++] = QUOTE;
      if (byte === QUOTE || byte === COMMA || byte === NEWLINE || byte === RETURN) isQuoted = true;
      out[at++] = byte;
    },
    putNull() {
      isNull = true;
    },
    end(separator) {
      close();
      out[at++] = separator;
      open();
    },
    flush,
  };
}
