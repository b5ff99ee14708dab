/** Shorter texts are masked only as they are: their other forms would mask half of the log. */
const LEAST = 6;

/**
 * Every form in which a secret could appear: as it is, each of its lines, URL-encoded, in Base64, in JSON; and, if it is
 * Base64 itself, decoded.
 */
export function masksOf(secret: string): readonly string[] {
  const texts = [secret, secret.trim(), ...passwordIn(secret), ...fromBase64(secret)].filter(Boolean);
  const all = texts.flatMap((text) => [text, ...(text.length < LEAST ? [] : formsOf(text))]);
  return [...new Set(all)].sort((a, b) => b.length - a.length);
}

function formsOf(text: string): readonly string[] {
  const base64 = Buffer.from(text).toString('base64');
  return [
    encodeURIComponent(text),
    encodeURI(text),
    base64,
    base64.replace(/=+$/, ''),
    base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''),
    JSON.stringify(text).slice(1, -1),
    ...linesOf(text),
  ].filter((form) => form.length >= LEAST);
}

/** Without the lines that all keys have. */
function linesOf(text: string): readonly string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return lines.length === 1
    ? []
    : lines.filter((line) => line.length >= LEAST && !/^-----|^(Version|Comment):/.test(line));
}

/** A database's URL holds a password: in its authority or as a parameter, encoded or not. */
function passwordIn(text: string): readonly string[] {
  if (!/^postgres(ql)?:\/\//i.test(text)) return [];
  const found = [text.match(/^[^/]+\/\/[^:@/?]*:([^@]*)@/)?.[1], text.match(/[?&]password=([^&]*)/)?.[1]];
  return found.filter((one) => one !== undefined).flatMap((one) => [one, decoded(one)]);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A key in Base64 is also masked in its decoded form. */
function fromBase64(text: string): readonly string[] {
  const compact = text.replaceAll(/\s/g, '');
  if (compact.length < 200 || !/^[A-Za-z0-9+/]+=*$/.test(compact)) return [];
  const plain = Buffer.from(compact, 'base64').toString('utf8');
  return plain.includes('-----BEGIN') ? [compact, plain] : [compact];
}
