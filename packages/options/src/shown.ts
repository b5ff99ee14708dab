/**
 * `'text'`, or no more than `the value`: a secret may stand where another value belongs. Shown are texts too poor to be
 * one: up to ten characters, three of them letters at most.
 */
export function shownValue(text: string): string {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  return /^[\p{L}\d .,:+_-]{1,10}$/u.test(text) && letters <= 3 ? `'${text}'` : 'the value';
}

/** Whether a mistyped option may be repeated: `--some-words` or `-x`, but not `-pSECRET`. */
export function isOptionLike(word: string): boolean {
  return /^(--[a-z0-9]{1,20}(-[a-z0-9]{1,20}){0,4}|-[a-zA-Z0-9])$/.test(word) && !/\d{2}/.test(word);
}

/** ` 'path'`, or nothing where it is more likely the content that belongs into such a file, or a URL. */
export function shownPath(path: string): string {
  return path.length <= 200 && !/[\n\r{}=@?]|:\/\//.test(path) ? ` '${path}'` : '';
}

/** A URL with a user in front of its host, but for the user alone of an SFTP server; or words such as `password=`. */
export function holdsCredentials(text: string): boolean {
  return (
    /:\/\/[^/\s]*@/.test(text.replace(/^sftp:\/\/[^/\s:@]+@(?![^/\s]*@)/i, '')) ||
    /(^|[^a-z])(pass(word|wd|phrase)?|pwd|secret|token|signature)\s*=\s*\S/i.test(text)
  );
}
