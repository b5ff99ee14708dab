import {
  BackuperError,
  type Context,
  decodeText,
  formatBytes,
  numberOf,
  toBackuperError,
} from '@postgres-backuper/base';
import type { PassedOver, Repository, Target } from '@postgres-backuper/repository';
import { chooseTables } from './cat/choose-tables.ts';
import { columnsOfAll } from './cat/columns.ts';
import { type Output, type WatchedOutput, watchOutput } from './cat/output.ts';
import { writeRows } from './cat/write-rows.ts';
import { readBackupToc } from './restore/backup-toc.ts';
import type { OpenedBackup } from './restore/opened-backup.ts';
import { readingBackup } from './restore/reading-backup.ts';
import { readableName } from './restore/table-names.ts';

export interface CatRequest {
  readonly name: string;
  readonly target: Target;
  /** `schema.table`, or `table` where one schema alone has it. A partitioned table stands for its partitions. */
  readonly table: string;
  /** `text`: the bytes of the backup, without the terminator. */
  readonly format: 'text' | 'csv';
}

export interface CatResult {
  readonly label: string;
  /** Newer backups that do not count, newest first; empty where a label was given. */
  readonly passedOver: readonly PassedOver[];
  /** `schema.table` of each whose rows were written, in that order. */
  readonly tables: readonly string[];
  readonly columns: readonly string[];
  /** Of the text; CSV keeps it. */
  readonly encoding: string;
  /** False: the reader ended before the last row. Then only what was written is proven, segment by segment. */
  readonly whole: boolean;
  /** Of the tables. */
  readonly rows: number;
  readonly writtenBytes: number;
  readonly durationMs: number;
}

/**
 * Writes the rows of one table. Only the segments that hold it are read, each checked whole before a byte of it is
 * written; size and SHA-256 of the table are compared at the end. Errors: selection-empty, those of openBackup,
 * readBackupToc, Segments.read and the output; once bytes are written each says that they must not be used.
 */
export async function cat(
  request: CatRequest,
  { repository, output }: { readonly repository: Repository; readonly output: Output },
  context: Context,
): Promise<CatResult> {
  const watched = watchOutput(output, context);
  const use = (backup: OpenedBackup) => catOpened(request, { backup, output: watched }, context);
  const mayRepeat = (): boolean => watched.writtenBytes === 0;
  try {
    return await readingBackup(request, { repository, use, mayRepeat }, context);
  } catch (thrown) {
    const error = toBackuperError(thrown);
    if (mayRepeat() || error.code === 'cancelled') throw error;
    const { code, message, hint, result } = error;
    const spoilt = `${message}; what was written to standard output is incomplete and must not be used`;
    throw new BackuperError(code, spoilt, { hint, cause: error, result });
  }
}

async function catOpened(
  request: CatRequest,
  { backup, output }: { readonly backup: OpenedBackup; readonly output: WatchedOutput },
  context: Context,
): Promise<CatResult> {
  const begunAt = context.clock.elapsed();
  const { catalog, passedOver } = backup;
  const { encoding } = catalog.dump;
  const tables = await chooseTables(catalog, request.table, () => readBackupToc(backup, context.signal));
  const names = tables.map((table) => readableName(table, encoding));
  const columns = columnsOfAll(tables, names);
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  if (encoding !== 'UTF8') context.emit({ type: 'notice', text: `the rows are in the encoding ${encoding}` });
  const whole = await writeRows(tables, { backup, output, columns, format: request.format }, context.signal);
  const of =
    tables.length === 1 ? `'${names[0]}'` : `the ${numberOf(tables.length, 'partition')} of '${request.table}'`;
  const end = `${numberOf(rows, 'row')} of ${of}, ${formatBytes(output.writtenBytes)}: every hash is right`;
  if (whole) context.emit({ type: 'phase', phase: 'compare', text: end });
  return {
    ...{ label: catalog.label, passedOver, tables: names, encoding, whole, rows },
    columns: columns.map((column) => decodeText(column, encoding)),
    writtenBytes: output.writtenBytes,
    durationMs: Math.round(context.clock.elapsed() - begunAt),
  };
}
