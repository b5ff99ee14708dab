import { holdsBytes } from '@postgres-backuper/format';
import { quotedName } from '../session/quoted-name.ts';

/** Names as they are in the database. */
export interface QualifiedName {
  readonly schema: string;
  readonly name: string;
}

/**
 * The pattern that matches exactly this table in pg_dump: inside double quotes nothing is special. Undefined for a name
 * that cannot be an argument, because the argument would have to be in the database's encoding.
 */
export function exactPattern(
  { schema, table }: { readonly schema: string; readonly table: string },
  encoding: string,
): string | undefined {
  const pattern = `${quotedName(schema)}.${quotedName(table)}`;
  return isPortable(pattern, encoding) ? pattern : undefined;
}

/** Names in one argument: the server takes it as one regular expression, the system up to 128 KiB. */
const NAMES_IN_ONE = 200;

/** As few patterns as match exactly these tables; `unportable` are those that no argument can name. */
export function exactPatterns(
  tables: readonly QualifiedName[],
  encoding: string,
): { readonly patterns: readonly string[]; readonly unportable: readonly QualifiedName[] } {
  const isNameable = ({ schema, name }: QualifiedName): boolean =>
    exactPattern({ schema, table: name }, encoding) !== undefined;
  const names = new Map<string, string[]>();
  for (const { schema, name } of tables.filter(isNameable))
    names.set(schema, [...(names.get(schema) ?? []), quotedName(name)]);
  const patterns = [...names].flatMap(([schema, all]) => {
    const groups = Array.from({ length: Math.ceil(all.length / NAMES_IN_ONE) }, (_, group) =>
      all.slice(group * NAMES_IN_ONE, (group + 1) * NAMES_IN_ONE),
    );
    return groups.map((group) => `${quotedName(schema)}.(${group.join('|')})`);
  });
  return { patterns, unportable: tables.filter((table) => !isNameable(table)) };
}

/** True if this text has the same bytes in UTF-8 and in the encoding. */
export function isPortable(text: string, encoding: string): boolean {
  return encoding === 'UTF8' ? !holdsBytes(text) : /^[\0-\x7f]*$/.test(text);
}
