import type { CommandDocument } from './host.ts';

/** Most databases that are named. */
const NAMED = 10;

/** `server db.example:5432, database 'shop'`; undefined for a command that connects to none. */
export function sourceText({
  server,
  databases = [],
}: Pick<CommandDocument, 'server' | 'databases'>): string | undefined {
  if (server === undefined) return undefined;
  const names = databases.slice(0, NAMED).map((name) => `'${name}'`);
  const more = databases.length > NAMED ? `, and ${databases.length - NAMED} more` : '';
  const what = databases.length === 1 ? 'database' : 'databases';
  return `server ${server}${databases.length === 0 ? '' : `, ${what} ${names.join(', ')}${more}`}`;
}
