import { withoutAddressUser } from './locations.ts';

/**
 * `'text'`, or `the value` where it may be a secret in the wrong place. A text is shown if it has up to ten characters, of
 * which up to three are letters.
 */
export function shownValue(text: string): string {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  return /^[\p{L}\d .,:+_-]{1,10}$/u.test(text) && letters <= 3 ? `'${text}'` : 'the value';
}

/** Whether a mistyped option may be repeated: `--some-words` or `-x`, but not `-pSECRET`. */
export function isOptionLike(word: string): boolean {
  return /^(--[a-z0-9]{1,20}(-[a-z0-9]{1,20}){0,4}|-[a-zA-Z0-9])$/.test(word) && !/\d{2}/.test(word);
}

/** ` 'path'`, or '' for a text that is more likely the content of such a file, or a URL. */
export function shownPath(path: string): string {
  return path.length <= 200 && !/[\n\r{}=@?]|:\/\//.test(path) ? ` '${path}'` : '';
}

/** Whether it is a URL with a user (but in a location that shows its user, such as SFTP's, with a password), or has words such as `password=`. */
export function holdsCredentials(text: string): boolean {
  return (
    /:\/\/[^/\s]*@/.test(withoutAddressUser(text)) ||
    /(^|[^a-z])(pass(word|wd|phrase)?|pwd|secret|token|signature)\s*=\s*\S/i.test(text)
  );
}
