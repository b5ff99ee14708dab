/**
 * A text without anything that a terminal would obey or a reader would not see: control characters, direction marks and
 * other invisible ones are shown as `\x1b`, `\u202e`. A byte that is no UTF-8, a lone surrogate, is shown as `\xe9`.
 */
export function escapeText(text: string): string {
  return text.replace(/[\udc80-\udcff]/gu, byte).replace(UNSEEN, (character) => {
    if (character === '\n') return '\\n';
    if (character === '\t') return '\\t';
    const code = character.codePointAt(0) ?? 0;
    const hex = code.toString(16);
    if (code > 0xffff) return `\\u{${hex}}`;
    return code < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`;
  });
}

/**
 * Controls, and what Unicode wants to be drawn as nothing: it reorders a text, or hides in it. Not the selectors that emoji
 * and Han characters end with.
 */
const UNSEEN =
  /[\x00-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e00ff}]|\u034f|\u17b4|\u17b5/gu;

function byte(surrogate: string): string {
  return `\\x${(surrogate.charCodeAt(0) - 0xdc00).toString(16)}`;
}
