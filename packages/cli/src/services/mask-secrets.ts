/** Shorter values occur in texts by chance, characters. */
const LEAST_SECRET = 4;
/** Lines of a program's standard error are cut at this length, characters. */
const CUT_CHARACTERS = 4000;

/** The text with `***` in the place of each secret, and of each line of a secret with several. */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  return linesOf(secrets).reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
}

/** Like maskSecrets, for a line of standard error: an end that may be the first part of a secret, cut off, is left out. */
export function maskLine(line: string, secrets: readonly string[]): string {
  const masked = maskSecrets(line, secrets);
  if (line.length < CUT_CHARACTERS) return masked;
  const ends = linesOf(secrets).map((secret) => beginningAtEnd(masked, secret));
  return masked.slice(0, masked.length - Math.max(0, ...ends));
}

/** How many characters at the end of the text are the beginning of the secret. */
function beginningAtEnd(text: string, secret: string): number {
  for (let length = secret.length - 1; length > 0; length -= 1) {
    if (text.endsWith(secret.slice(0, length))) return length;
  }
  return 0;
}

/** Longest first: one may be a part of another. */
function linesOf(secrets: readonly string[]): readonly string[] {
  return secrets
    .flatMap((secret) => secret.split(/\r?\n/))
    .filter((secret) => secret.length >= LEAST_SECRET)
    .sort((a, b) => b.length - a.length);
}
