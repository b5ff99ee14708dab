import { refused } from './refused.ts';
import type { Token } from './script-part.ts';

export type Setting =
  | { readonly name: 'standard_conforming_strings'; readonly value: boolean }
  | { readonly name: 'client_encoding'; readonly value: string };

const ON = new Set(['on', 'true', 'yes', '1']);
const OFF = new Set(['off', 'false', 'no', '0']);
/** Encodings with characters whose second byte may be a quote or a backslash; pg_dump never chooses one by itself. */
const UNSAFE =
  /^(?:sjis|shiftjis|shiftjis2004|mskanji|big5|gbk|gb18030|uhc|johab|win(?:dows)?(?:932|936|949|950)|default)$/;

/** Reads `SET name = value` for the two settings on which the ends of strings depend. Errors: script-refused. */
export function readSetting(head: readonly Token[], line: number): Setting | undefined {
  if (head[0] !== 'set') return undefined;
  const at = head[1] === 'session' || head[1] === 'local' ? 2 : 1;
  const [name, , value] = head.slice(at).map(textOf);
  if (name === 'names') return encoding(textOf(head[at + 1] ?? ''), line);
  if (name === 'client_encoding') return encoding(value ?? '', line);
  if (name !== 'standard_conforming_strings') return undefined;
  const word = value?.toLowerCase() ?? '';
  if (!ON.has(word) && !OFF.has(word)) throw refused(`SET standard_conforming_strings = ${word}`, line);
  return { name, value: ON.has(word) };
}

function encoding(name: string, line: number): Setting {
  if (UNSAFE.test(name.toLowerCase().replace(/[^a-z0-9]/g, '')) || !/^[A-Za-z0-9_-]+$/.test(name)) {
    throw refused(`SET client_encoding = '${name}'`, line);
  }
  return { name: 'client_encoding', value: name };
}

/** The text of a name or a string, without the mark of its kind. */
export function textOf(token: Token): string {
  return /^["']/.test(token) ? token.slice(1) : token;
}
