import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BackuperError } from '@postgres-backuper/base';

/** The absolute directory that a `file:///…` URL or a path means. Errors: configuration-invalid. */
export function parseDirectory(text: string): string {
  if (text.includes('\0') || text.trim() === '') throw invalid(text);
  if (!/^file:/i.test(text)) return resolve(text);
  // a URL parser reads file:backups as /backups
  if (!/^file:\//i.test(text)) throw invalid(text);
  try {
    return resolve(fileURLToPath(text));
  } catch {
    throw invalid(text);
  }
}

function invalid(text: string): BackuperError {
  return new BackuperError(
    'configuration-invalid',
    `'${text.replaceAll('\0', '')}' is not a directory for a repository`,
    {
      hint: 'write an absolute path, e.g. /var/lib/backups, or file:///var/lib/backups',
    },
  );
}
