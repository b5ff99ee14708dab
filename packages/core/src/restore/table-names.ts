import { BackuperError, decodeText, nearest, say } from '@postgres-backuper/base';
import { bytesOfText, type Catalog } from '@postgres-backuper/format';
import { quotedName } from '@postgres-backuper/postgres';

/** An object by its names as the catalog and the table of contents have them. */
export interface Named {
  readonly schema: string;
  readonly table: string;
}

/**
 * A name for people: decoded from the database's encoding. Bytes of unknown meaning, as in SQL_ASCII, stay the lone
 * surrogates that the catalog has.
 */
export function readableText(text: string, encoding: string): string {
  const isKnown = encoding === 'UTF8' || encoding === 'SQL_ASCII' || /^[\0-\x7f]*$/.test(text);
  return isKnown ? text : decodeText(bytesOfText(text), encoding);
}

/** `schema.table` for people. */
export function readableName({ schema, table }: Named, encoding: string): string {
  return `${readableText(schema, encoding)}.${readableText(table, encoding)}`;
}

/**
 * Those that `wanted` names: `schema.table`, or, where none has that name, `table` in every schema. Quotes of SQL may
 * be there; a byte of unknown meaning is written `\xe9`, as our lists show it. Pure.
 */
export function namedBy<One extends Named>(wanted: string, all: readonly One[], encoding: string): readonly One[] {
  const whole = all.filter((one) => spellings([one.schema, one.table], encoding).includes(wanted));
  return whole.length > 0 ? whole : all.filter(({ table }) => spellings([table], encoding).includes(wanted));
}

function spellings(parts: readonly string[], encoding: string): readonly string[] {
  const readable = parts.map((part) => readableText(part, encoding).replace(/[\udc80-\udcff]/gu, byte));
  return [
    parts.join('.'),
    readable.join('.'),
    readable.map(quotedName).join('.'),
    readable.map((part) => (/^[a-z_][a-z0-9_]*$/.test(part) ? part : quotedName(part))).join('.'),
  ];
}

function byte(surrogate: string): string {
  return `\\x${(surrogate.charCodeAt(0) - 0xdc00).toString(16)}`;
}

/** selection-empty with the nearest of the names that the backup has. */
export function unknownTable(
  wanted: string,
  { label, dump }: Pick<Catalog, 'label' | 'dump'>,
  all: readonly Named[],
): BackuperError {
  const names = all.map((one) => readableName(one, dump.encoding));
  const lowered = wanted.toLowerCase();
  const near =
    names.find((name) => name.toLowerCase() === lowered || name.toLowerCase().endsWith(`.${lowered}`)) ??
    nearest(wanted, names) ??
    names[all.findIndex(({ table }) => nearest(wanted, [table]) !== undefined)];
  const meant = near === undefined ? '' : `did you mean '${near}'? `;
  return new BackuperError('selection-empty', `backup '${label}' has no table '${wanted}'`, {
    hint: `${meant}name tables as schema.table, as ${say.command('show')} lists them`,
  });
}

/** selection-empty with the nearest of the schemas that the backup has. */
export function unknownSchema(
  wanted: string,
  { label, dump }: Pick<Catalog, 'label' | 'dump'>,
  all: readonly string[],
): BackuperError {
  const names = all.filter((name) => name !== '').map((name) => readableText(name, dump.encoding));
  const near = names.find((name) => name.toLowerCase() === wanted.toLowerCase()) ?? nearest(wanted, names);
  return new BackuperError('selection-empty', `backup '${label}' has no schema '${wanted}'`, {
    hint: `${near === undefined ? '' : `did you mean '${near}'? `}name schemas as ${say.command('show')} lists them`,
  });
}
