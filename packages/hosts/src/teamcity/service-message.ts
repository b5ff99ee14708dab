import { createHash } from 'node:crypto';
import { escapeText } from '@postgres-backuper/base';

/** Most characters of a build problem's description that TeamCity keeps. */
const DESCRIPTION_MAX = 4000;

/** Most characters of an identity. */
const IDENTITY_MAX = 60;

const ESCAPES: Readonly<Record<string, string>> = {
  "'": "|'",
  '|': '||',
  '[': '|[',
  ']': '|]',
  '\n': '|n',
  '\r': '|r',
};

/**
 * One line that TeamCity obeys: `##teamcity[name key='value' …]`, or `##teamcity[name 'value']` for a single text.
 * A value may hold any character. Rules: https://www.jetbrains.com/help/teamcity/service-messages.html
 */
export function serviceMessage(name: string, values: string | Readonly<Record<string, string>>): string {
  const text =
    typeof values === 'string'
      ? `'${escapeValue(values)}'`
      : Object.entries(values)
          .map(([key, value]) => `${key}='${escapeValue(value)}'`)
          .join(' ');
  return `##teamcity[${name} ${text}]\n`;
}

/** Everything outside printable ASCII becomes `|0xNNNN`, one per UTF-16 unit. */
export function escapeValue(value: string): string {
  return value.replace(/['|[\]\n\r]|[^\x20-\x7e]/g, (character) => {
    const hex = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    return ESCAPES[character] ?? `|0x${hex}`;
  });
}

/** Lines of the log that TeamCity shows and never obeys. */
export function plainLines(text: string): string {
  const lines = text.replace(/\n$/, '').split('\n');
  return lines.map((line) => `${escapeText(line).replace(/##(?=teamcity)/gi, '# #')}\n`).join('');
}

/** A number as TeamCity takes it: up to 13 digits, up to 6 of them after the point; undefined if it is larger. */
export function statisticValue(value: number): string | undefined {
  if (!Number.isFinite(value) || Math.abs(value) >= 1e13) return undefined;
  if (Number.isInteger(value)) return String(value);
  const decimals = Math.max(0, Math.min(6, 13 - String(Math.trunc(Math.abs(value))).length));
  return String(Number(value.toFixed(decimals)));
}

/**
 * An identity that is the same in every build: up to 60 characters of a Java identifier. `of` distinguishes things that
 * people name; it may hold any character.
 */
export function problemIdentity(words: readonly string[], of?: string): string {
  const name = ['postgres_backuper', ...words].join('_').replace(/[^A-Za-z0-9_]/g, '_');
  if (of === undefined) return name.slice(0, IDENTITY_MAX);
  const digest = createHash('sha256').update(of).digest('hex').slice(0, 8);
  return `${name.slice(0, IDENTITY_MAX - 1 - digest.length)}_${digest}`;
}

/** A text for people on one line; whatever a terminal would obey is escaped. */
export function oneLine(text: string, max = DESCRIPTION_MAX): string {
  const shown = escapeText(text);
  return shown.length <= max ? shown : `${shown.slice(0, max - 1)}…`;
}
