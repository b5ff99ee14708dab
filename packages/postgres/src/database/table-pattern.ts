import { holdsBytes } from '@postgres-backuper/format';

/**
 * The pattern that matches exactly this table in pg_dump: inside double quotes nothing is special. Undefined for a name
 * that cannot be an argument, because the argument would have to be in the database's encoding.
 */
export function exactPattern(
  { schema, table }: { readonly schema: string; readonly table: string },
  encoding: string,
): string | undefined {
  const pattern = `${quoted(schema)}.${quoted(table)}`;
  return isPortable(pattern, encoding) ? pattern : undefined;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** True if this text has the same bytes in UTF-8 and in the encoding. */
export function isPortable(text: string, encoding: string): boolean {
  return encoding === 'UTF8' ? !holdsBytes(text) : /^[\0-\x7f]*$/.test(text);
}
