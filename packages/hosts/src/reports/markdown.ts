import { escapeText } from '@postgres-backuper/base';

/**
 * A text on one line, with all Markdown and HTML escaped. What GitHub would make a link of, e.g. an address or `@name`,
 * is code: it looks for these after the escapes were taken away, but never in code.
 */
export function plain(text: string): string {
  return escapeText(text)
    .split(WORDS)
    .map((part, index) => (index % 2 === 1 && LINKED.test(part) ? `\`${part}\`` : escaped(part)))
    .join('');
}

/** Without the characters that end a link, code or a cell. */
const WORDS = /([^\s"'`|()[\]<>]+)/;
const LINKED = /:\/\/|www\.|mailto:|xmpp:|@\w|#\d|GH-\d/i;

function escaped(text: string): string {
  return text.replace(/[\\`*_[\]<>|~#!$&@]/g, '\\$&');
}

/** A label or another short text as code; as plain text if code cannot hold it. */
export function code(text: string): string {
  return /^[\w.:/@+=,-]+$/.test(text) ? `\`${text}\`` : plain(text);
}

/** Rows under a header; the cells are Markdown already. */
export function table(header: readonly Column[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  const rule = header.map(({ right }) => (right ? '---:' : '---'));
  return [header.map(({ title }) => title), rule, ...rows].map(line).join('');
}

export interface Column {
  readonly title: string;
  readonly right?: true;
}

/** A text to copy, in a fence that nothing inside it can close. */
export function fenced(language: string, text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}\n`;
}

/** One word of a shell command, on one line. */
export function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (!/[\x00-\x1f\x7f]/.test(word)) return `'${word.replaceAll("'", `'\\''`)}'`;
  const escaped = word.replace(/[\\'\x00-\x1f\x7f]/g, (character) =>
    character === '\\' || character === "'"
      ? `\\${character}`
      : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `$'${escaped}'`;
}

/** A long text that a click opens. The title is plain text: Markdown does not work there. */
export function details(title: string, text: string): string {
  const html = escapeText(title).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<details><summary>${html}</summary>\n\n${text}\n</details>\n`;
}
