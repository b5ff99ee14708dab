import { readFileSync, statSync } from 'node:fs';
import type { Context } from '@postgres-backuper/base';
import {
  type Limits,
  parseTableHistory,
  type RecordedBackup,
  type TableHistory,
  tableHistoryText,
  withRecorded,
} from '@postgres-backuper/history';
import { say, shownPath } from '@postgres-backuper/options';
import { writeResultFile } from '../result-file.ts';

/** A larger file is not read: a thousand tables take half a mebibyte. */
const MAX_BYTES = 64 * 1_048_576;

/** The figures of tables that the host kept; empty where there is no file yet, undefined after a warning. */
export function readTables(path: string, context: Pick<Context, 'emit'>): TableHistory | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return [];
    if (!found.isFile()) return warnOf(path, 'is not a file', context);
    if (found.size > MAX_BYTES) return warnOf(path, 'is too large', context);
    return parseTableHistory(readFileSync(path, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return warnOf(
      path,
      code === undefined ? 'is damaged, or holds something else' : `cannot be read (${code})`,
      context,
    );
  }
}

/** Adds the backup to the file, which is replaced as a whole. A file that holds something else stays as it is. Never throws. */
export function recordTables(
  path: string,
  { name, newest, limits }: { readonly name: string; readonly newest: RecordedBackup; readonly limits: Limits },
  { emit }: Pick<Context, 'emit'>,
): void {
  const history = readTables(path, { emit }); // again: another run may have written it
  if (history === undefined) return;
  const error = writeResultFile('historyFile', path, tableHistoryText(withRecorded(history, { name, newest, limits })));
  if (error !== undefined) emit({ type: 'warning', text: error.message, hint: error.hint });
}

function warnOf(path: string, problem: string, { emit }: Pick<Context, 'emit'>): undefined {
  emit({
    type: 'warning',
    text: `the file${shownPath(path)} of ${say.given('historyFile')} ${problem}: single tables were not compared`,
    hint: 'remove it, or give another path',
  });
  return undefined;
}
