import { escapeText } from '@postgres-backuper/base';
import type { SetupRoleResult } from '@postgres-backuper/core';
import { identifier, textOf } from '@postgres-backuper/postgres';

/** SQL as a whole, which psql can run; or what was done. */
export function setupRoleText({ role, database, statements, applied, passwordSet }: SetupRoleResult): string {
  const [name, where] = [textOf(identifier(role)), textOf(identifier(database))].map(escapeText);
  const password = `its password: \\password ${name} in psql`;
  if (applied) {
    const next = passwordSet ? 'its password was set' : password;
    return `role ${name} can back up database ${where}; ${next}\n`;
  }
  return [
    '-- for psql, as a superuser',
    `\\connect ${connectWords(database)}`,
    ...statements.map(escapeText),
    `-- ${password}`,
    '',
  ].join('\n');
}

/** psql takes some names for a connection string: those go in one. */
function connectWords(database: string): string {
  if (/^\w+$/.test(database)) return database;
  const value = database.replace(/[\\']/g, (character) => `\\${character}`);
  return `-reuse-previous=on "${`dbname='${value}'`.replaceAll('"', '""')}"`;
}
