import { readFileSync } from 'node:fs';
import { type OptionName, say, settingsError } from '@postgres-backuper/options';
import type { SqlFile } from '@postgres-backuper/postgres';

/** Reads all files that an option names, before anything begins. Errors: configuration-invalid, with all that cannot be read. */
export function readSqlFiles(option: OptionName, paths: readonly string[]): readonly SqlFile[] {
  const problems: string[] = [];
  const files = paths.map((name): SqlFile => {
    try {
      return { name, text: readFileSync(name) };
    } catch (error) {
      problems.push(`${say.given(option)}: '${name}' cannot be read (${(error as NodeJS.ErrnoException).code})`);
      return { name, text: Buffer.alloc(0) };
    }
  });
  if (problems.length > 0) throw settingsError(problems, 'name files of SQL that this user can read');
  return files;
}
