/** pg_dump's header: comments and blank lines, then the restriction. */
const RESTRICT = /^(?:(?:--[^\n]*)?\n)*\\restrict ([A-Za-z0-9]+)\n/;
/** The header is much shorter. */
const HEADER_BYTES = 4096;
const COMMENT = '--';

/**
 * The script with pg_dump's own `\restrict` and `\unrestrict` lines as comments of the same length: psql is restricted
 * already, by a key that no script knows. Only the key of the header is looked for, so data are left alone.
 */
export async function* withoutOwnRestriction(script: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held = Buffer.alloc(0);
  let last: Buffer | undefined;
  for await (const chunk of script) {
    held = Buffer.concat([held, chunk]);
    if (last === undefined && held.length < HEADER_BYTES) continue;
    last ??= hideRestrict(held);
    hideUnrestrict(held, last);
    const kept = Math.min(held.length, last.length);
    yield held.subarray(0, held.length - kept);
    held = held.subarray(held.length - kept);
  }
  last ??= hideRestrict(held);
  hideUnrestrict(held, last);
  yield held;
}

/** Returns the line that ends the restriction; empty without a restriction. */
function hideRestrict(header: Buffer): Buffer {
  const found = RESTRICT.exec(header.subarray(0, HEADER_BYTES).toString('latin1'));
  if (found === null) return Buffer.alloc(0);
  const [text, key = ''] = found;
  header.write(COMMENT, text.lastIndexOf('\\'), 'latin1');
  return Buffer.from(`\n\\unrestrict ${key}\n`, 'latin1');
}

function hideUnrestrict(text: Buffer, line: Buffer): void {
  for (let at = line.length === 0 ? -1 : text.indexOf(line); at >= 0; at = text.indexOf(line, at + 1)) {
    text.write(COMMENT, at + 1, 'latin1');
  }
}
