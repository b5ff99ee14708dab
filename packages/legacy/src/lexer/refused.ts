import { BackuperError } from '@postgres-backuper/base';

/** For a statement that acts outside of the new database, or a text that no dump holds. `line` counts from 1. */
export function refused(what: string, line: number): BackuperError {
  return new BackuperError('script-refused', `${what} in line ${line} is refused; no part of the file was run`, {
    hint: 'only what pg_dump writes about one database is loaded: make the file again without it, or load it by hand where it can do no harm',
  });
}
