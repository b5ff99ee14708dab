/** A name as SQL text in quotes, for texts that psql does not read; `identifier` makes the Sql of a session. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
