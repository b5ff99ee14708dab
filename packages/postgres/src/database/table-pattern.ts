import { holdsBytes } from '@postgres-backuper/format';

/**
 * The pattern that means exactly this table to pg_dump: inside double quotes nothing is special. Undefined where the
 * name cannot be given as an argument, since that would have to be in the database's encoding.
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

/** True where UTF-8 and the encoding are the same for this text. */
export function isPortable(text: string, encoding: string): boolean {
  return encoding === 'UTF8' ? !holdsBytes(text) : /^[\0-\x7f]*$/.test(text);
}
