import type { Author } from '@postgres-backuper/base';
import { line } from './database-texts.ts';
import { logPrefix } from './keys.ts';
import { decodeName } from './name.ts';
import { fields, listOf, optional, text, time } from './shape.ts';
import { createStampedName, parseStampedName } from './stamped-name.ts';

/** What a run did that leaves an entry in the log of a name. */
export type LogKind = (typeof LOG_KINDS)[number];

export const LOG_KINDS = ['deleted', 'restored', 'copied', 'rekeyed', 'exported', 'imported'] as const;

/** The most labels and the most texts of an entry, which stays below 64 KiB with them. */
export const LOG_ITEMS_MAX = 200;

/** What a record and an entry of the log say, beside their place. */
export interface Said {
  readonly at: string;
  readonly by?: Author;
  /** Of the log: the backups that it is about. */
  readonly labels?: readonly string[];
  /** Of the log, for people. */
  readonly texts?: readonly string[];
  readonly signature?: string;
}

const AUTHOR_SHAPE = fields<Author>({ user: optional(line), machine: optional(line), job: optional(line) });

/** Whoever may write to the storage can store any bytes there. */
export const SAID_SHAPE = fields<Said>({
  at: time,
  by: optional(AUTHOR_SHAPE),
  labels: optional(listOf(text(), { max: LOG_ITEMS_MAX })),
  texts: optional(listOf(line, { max: LOG_ITEMS_MAX })),
  signature: optional(text({ max: 65_536 })),
});

/** An entry of the log as its key describes it. */
interface LogEntryKey {
  readonly key: string;
  readonly name: string;
  /** When it was made, by the writer's clock: milliseconds since 1970. */
  readonly at: number;
  /** Kinds of later versions are kept as they are. */
  readonly kind: LogKind | (string & {});
}

/** A new key of its own: `<name>/log/20240315T120000000Z-<hex>-<kind>.json`. */
export function createLogKey(name: string, made: { readonly kind: LogKind; readonly now: number }): string {
  return `${logPrefix(name)}${createStampedName(made)}`;
}

/** The entry that a key describes; undefined: not made by us. */
export function parseLogKey(key: string): LogEntryKey | undefined {
  const [folder = '', room, rest = '', ...more] = key.split('/');
  const name = decodeName(folder);
  const stamp = parseStampedName(rest);
  if (name === undefined || room !== 'log' || stamp === undefined || more.length > 0) return undefined;
  return { key, name, ...stamp };
}
