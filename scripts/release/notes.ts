/** The entry of a version in a changelog as changesets writes it, without its heading. Throws when it is not there. */
export function notesOf(changelog: string, version: string): string {
  const entries = changelog.split(/^## /m).slice(1);
  const entry = entries.find((text) => text.split('\n', 1)[0]?.trim() === version);
  const notes = entry?.slice(entry.indexOf('\n')).trim() ?? '';
  if (notes === '') throw new Error(`CHANGELOG.md has no entry for ${version}: run 'pnpm release:version'`);
  return `${notes}\n`;
}
