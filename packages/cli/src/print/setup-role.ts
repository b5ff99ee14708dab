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
    `-- run as a superuser, connected to database ${where}`,
    ...statements.map(escapeText),
    `-- ${password}`,
    '',
  ].join('\n');
}
