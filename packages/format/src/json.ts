import { BackuperError, type ErrorCode, say } from '@postgres-backuper/base';
import { ShapeError } from './shape.ts';

/** JSON with sorted keys: the same value always gives the same bytes. */
export function canonicalJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, (_, member: unknown) => sorted(member), indent);
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 without a byte order mark; `revive` as in JSON.parse. Errors: those of the parser. */
export function parseJson(bytes: Uint8Array, revive?: (key: string, value: unknown) => unknown): unknown {
  return JSON.parse(UTF8.decode(bytes), revive) as unknown;
}

/** A parser's error about the object at `key` as `code`, with a message that names the object. */
export function invalid(code: ErrorCode, key: string, error: unknown): BackuperError {
  const why = error instanceof ShapeError ? error.message : 'it is damaged or incomplete';
  return new BackuperError(code, `object '${key}' is not valid: ${why}`, { hint: HINT });
}

const HINT = `do not use this backup; ${say.command('list')} shows the others, and a second repository may hold a good copy`;

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
