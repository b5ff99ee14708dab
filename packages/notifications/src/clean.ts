import { escapeText } from '@postgres-backuper/base';
import type { Message } from './message.ts';

/** Most lines about problems: a run with a hundred databases sends one message that people read. */
const LINES_MAX = 20;
const LINE_MAX = 500;

/** The message with every text on one line, without control characters, and short enough for people. */
export function cleanMessage(message: Message): Message {
  const { lines, hint, facts, link, title } = message;
  const more = lines.length - LINES_MAX;
  const shown = more > 1 ? [...lines.slice(0, LINES_MAX), `and ${more} more`] : lines;
  return {
    ...message,
    title: oneLine(title, 200),
    lines: shown.map((line) => oneLine(line)),
    hint: hint === undefined ? undefined : oneLine(hint),
    facts: facts.map(({ name, value }) => ({ name, value: oneLine(value) })),
    link: link !== undefined && isLink(link) ? link : undefined,
  };
}

function oneLine(text: string, max = LINE_MAX): string {
  return cut(escapeText(text), max);
}

/** The text, or its beginning and `…`, with at most `max` UTF-16 units; no pair of surrogates is broken. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const whole = text.slice(0, max - 1);
  return `${/[\ud800-\udbff]$/.test(whole) ? whole.slice(0, -1) : whole}…`;
}

/** The same in bytes of UTF-8. */
export function cutBytes(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  const bytes = Buffer.from(text).subarray(0, maxBytes - 3);
  return `${bytes.toString('utf8').replace(/\ufffd+$/, '')}…`;
}

/** Variables of a CI system give the link: nothing but a web address is one. */
function isLink(text: string): boolean {
  return text.length <= 1000 && /^https?:\/\/[^\s"'<>|\\^`{}()]+$/.test(text) && URL.canParse(text);
}
