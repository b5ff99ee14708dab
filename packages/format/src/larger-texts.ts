/** Characters of a text at least, but for the last. */
const TEXT_LENGTH = 65_536;

/** The same text in fewer, larger parts: none is held longer than it grows to that length. */
export function* largerTexts(texts: Iterable<string>): Generator<string> {
  let held = '';
  for (const text of texts) {
    held += text;
    if (held.length < TEXT_LENGTH) continue;
    yield held;
    held = '';
  }
  if (held !== '') yield held;
}
