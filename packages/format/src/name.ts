import { BackuperError, say } from '@postgres-backuper/base';

/** Characters that are not encoded in a key; neither is a dot, except at the start. */
const PLAIN = /[A-Za-z0-9_-]/;
/** A name that needs no encoding, as nearly all do: a fast path for listings of tens of thousands of keys. */
const PLAIN_NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/;
/** Common file systems allow folder names of up to 255 bytes. */
const MAX_ENCODED_LENGTH = 200;

/**
 * A backup's name as a part of a key: `[A-Za-z0-9._=-]` only, other bytes of its UTF-8 as `=XX`. Never '.', '..' or a
 * hidden file. Errors: configuration-invalid for an empty name, a name that is not Unicode, or one that is too long.
 */
export function encodeName(name: string): string {
  if (PLAIN_NAME.test(name)) return name;
  const bytes = Buffer.from(name, 'utf8');
  if (bytes.toString('utf8') !== name) throw unusable(name, 'is not valid Unicode');
  if (name === '') throw unusable(name, 'is empty');
  const encoded = Array.from(bytes, (byte, index) => encodeByte(byte, index === 0)).join('');
  if (encoded.length > MAX_ENCODED_LENGTH) throw unusable(name, 'is too long');
  return encoded;
}

/** The inverse of `encodeName`; undefined: not made by us. */
export function decodeName(encoded: string): string | undefined {
  if (PLAIN_NAME.test(encoded)) return encoded;
  if (!/^([A-Za-z0-9._-]|=[0-9A-F]{2})+$/.test(encoded) || encoded.length > MAX_ENCODED_LENGTH) return undefined;
  const latin = encoded.replace(/=(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const bytes = Buffer.from(latin, 'latin1');
  const name = bytes.toString('utf8');
  if (!bytes.equals(Buffer.from(name, 'utf8'))) return undefined;
  return encodeName(name) === encoded ? name : undefined;
}

function encodeByte(byte: number, first: boolean): string {
  const character = String.fromCharCode(byte);
  if (PLAIN.test(character) || (character === '.' && !first)) return character;
  return `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

function unusable(name: string, why: string): BackuperError {
  return new BackuperError('configuration-invalid', `backup name '${name.slice(0, 80)}' ${why}`, {
    hint: `choose a short name with ${say.option('name')}`,
  });
}
