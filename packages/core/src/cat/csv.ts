import { createCsvValues } from './csv-values.ts';

const TAB = 0x09;
const NEWLINE = 0x0a;
const COMMA = 0x2c;
const NULL_LETTER = 0x4e;
const BACKSLASH = 0x5c;
/** What COPY text writes as a backslash and a letter. */
const ESCAPES: ReadonlyMap<number, number> = new Map(
  ['b\b', 'f\f', 'n\n', 'r\r', 't\t', 'v\v'].map((pair) => [pair.charCodeAt(0), pair.charCodeAt(1)]),
);
/** Bytes of rows that are converted at once. */
const STEP_BYTES = 64 * 1024;

/** Rows of COPY text as CSV. */
export interface CsvWriter {
  /** The line of names. */
  header(): Buffer;
  /** Takes the next rows, cut anywhere. Each part of their CSV is valid until the next one. */
  rows(text: Buffer): Generator<Buffer>;
}

/**
 * CSV as `COPY … TO STDOUT (FORMAT csv, HEADER)` writes it: RFC 4180 with line feeds, NULL is empty, an empty text is
 * `""`. Bytes keep their encoding: in every encoding of a database those of ASCII stand for ASCII alone. Pure.
 */
export function createCsvWriter(names: readonly Buffer[]): CsvWriter {
  const values = createCsvValues(names.length, STEP_BYTES);
  let isEscaped = false;
  const take = (byte: number): void => {
    if (isEscaped) {
      isEscaped = false;
      if (byte === NULL_LETTER) values.putNull();
      else values.put(ESCAPES.get(byte) ?? byte);
    } else if (byte === BACKSLASH) isEscaped = true;
    else if (byte === TAB) values.end(COMMA);
    else if (byte === NEWLINE) values.end(NEWLINE);
    else values.put(byte);
  };
  return {
    header: () => headerOf(names),
    *rows(text) {
      for (let from = 0; from < text.length; from += STEP_BYTES) {
        const end = Math.min(text.length, from + STEP_BYTES);
        for (let index = from; index < end; index += 1) take(text[index] as number);
        const done = values.flush();
        if (done.length > 0) yield done;
      }
    },
  };
}

function headerOf(names: readonly Buffer[]): Buffer {
  const bytes = names.reduce((sum, name) => sum + name.length + 1, 0);
  const values = createCsvValues(names.length, bytes);
  for (const [index, name] of names.entries()) {
    for (const byte of name) values.put(byte);
    values.end(index === names.length - 1 ? NEWLINE : COMMA);
  }
  return names.length === 0 ? Buffer.from('\n') : values.flush();
}
