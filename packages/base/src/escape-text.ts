/**
 * A text without anything that a terminal would obey: control characters and direction marks are shown as `\x1b`, `\u202e`.
 * A byte that is no UTF-8, a lone surrogate, is shown as `\xe9`.
 */
export function escapeText(text: string): string {
  return text
    .replace(/[\udc80-\udcff]/gu, byte)
    .replace(/[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, (character) => {
      const code = character.charCodeAt(0);
      if (character === '\n') return '\\n';
      if (character === '\t') return '\\t';
      return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
    });
}

function byte(surrogate: string): string {
  return `\\x${(surrogate.charCodeAt(0) - 0xdc00).toString(16)}`;
}
