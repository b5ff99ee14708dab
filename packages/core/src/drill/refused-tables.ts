import { type Context, numberOf } from '@postgres-backuper/base';
import { copyRows } from '../restore/copy-data.ts';
import { fileNamed, streamPieces } from '../restore/file-stream.ts';
import type { RefusedTable } from '../restore/load-table.ts';
import type { NotLoaded, NotRestored } from '../restore/not-restored.ts';
import type { OpenedBackup } from '../restore/opened-backup.ts';
import type { RestoredDatabase } from '../restore/restore-database.ts';
import { notLoaded } from '../restore/retry-tables.ts';
import { createSegments } from '../restore/segments.ts';

/** Tables without rows after a drill. */
export interface RefusedTables {
  readonly refused: readonly NotLoaded[];
  /** Tables that belong to an extension which the server lacks: every row was read, and its hash is right. */
  readonly unproven: readonly NotRestored[];
}

/**
 * A table of an extension cannot be there without the extension: its rows are proven without a server. Errors: those of
 * Segments.read; catalog-invalid for other rows than were backed up.
 */
export async function withoutThoseOfExtensions(
  { refusedTables, objects }: Pick<RestoredDatabase, 'refusedTables' | 'objects'>,
  backup: OpenedBackup,
  context: Context,
): Promise<RefusedTables> {
  const lacksExtension = objects.some(isExtension);
  const isOfExtension = ({ planned }: RefusedTable): boolean => lacksExtension && planned.table.load === 'in-order';
  const unproven: NotRestored[] = [];
  for (const one of refusedTables.filter(isOfExtension)) {
    await readRows(one, backup, context);
    unproven.push(ofExtension(one));
  }
  const others = refusedTables.filter((one) => !isOfExtension(one));
  return { refused: others.map((one) => withReason(notLoaded(one), objects)), unproven };
}

/** An extension that the server refused to create. */
export function isExtension({ object, lack }: NotRestored): boolean {
  return lack === 'missing' && object.startsWith('EXTENSION ');
}

async function readRows({ planned: { table } }: RefusedTable, backup: OpenedBackup, { signal }: Context) {
  const file = fileNamed(backup.catalog, table.file);
  const segments = createSegments(backup, { files: [file], keep: 2 }, signal);
  for await (const _ of copyRows(streamPieces(segments, file), table));
}

function ofExtension({ planned: { table } }: RefusedTable): NotRestored {
  const proof = `its extension is missing here; ${numberOf(table.rows, 'row')} read from the backup, the hash is right`;
  const object = `TABLE DATA ${table.schema} ${table.table}`;
  return { object, lack: 'missing', reason: proof, sqlState: '', statement: '' };
}

/** A table that could not be made has no rows for the reason of the table. */
function withReason(one: NotLoaded, objects: readonly NotRestored[]): NotLoaded {
  const table = objects.find(({ object }) => object === `TABLE ${one.schema} ${one.table}`);
  return table === undefined ? one : { ...one, reason: table.reason };
}
