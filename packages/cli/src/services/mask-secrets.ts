/** Shorter values occur in texts by chance, characters. */
const LEAST_SECRET = 4;

/** The text with `***` in the place of each secret, and of each line of a secret with several. */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  return linesOf(secrets).reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
}

/** Like maskSecrets, for a text that was cut at its end: the end that may be the first part of a secret is left out. */
export function maskCutText(text: string, secrets: readonly string[]): string {
  const [longest = ''] = linesOf(secrets);
  return maskSecrets(text.slice(0, Math.max(0, text.length - longest.length)), secrets);
}

/** Longest first: one may be a part of another. */
function linesOf(secrets: readonly string[]): readonly string[] {
  return secrets
    .flatMap((secret) => secret.split(/\r?\n/))
    .filter((secret) => secret.length >= LEAST_SECRET)
    .sort((a, b) => b.length - a.length);
}
