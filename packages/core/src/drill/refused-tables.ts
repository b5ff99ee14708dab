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
  /** Tables that cannot be there, which is not the fault of the backup: every row was read, and its hash is right. */
  readonly unproven: readonly NotRestored[];
}

/**
 * A table of an extension cannot be there without the extension, nor one that stands on a table which a backup of a part
 * left out (inheritance): their rows are proven without a server. Errors: those of Segments.read; catalog-invalid for
 * other rows than were backed up.
 */
export async function withoutImpossible(
  { refusedTables, objects }: Pick<RestoredDatabase, 'refusedTables' | 'objects'>,
  backup: OpenedBackup,
  context: Context,
): Promise<RefusedTables> {
  const lacksExtension = objects.some(isExtension);
  const isPart = !lacksExtension && backup.catalog.exclusions.length > 0;
  const refused: NotLoaded[] = [];
  const unproven: NotRestored[] = [];
  for (const one of refusedTables) {
    const { table } = one.planned;
    const made = objects.find(({ object }) => object === `TABLE ${table.schema} ${table.table}`);
    if (lacksExtension && table.load === 'in-order') {
      await readRows(one, backup, context);
      unproven.push(unprovenOne(one, 'its extension is missing here'));
    } else if (isPart && made !== undefined && LACKS_ANOTHER.has(made.sqlState)) {
      await readRows(one, backup, context);
      unproven.push(unprovenOne(one, `what it stands on is not in this backup of a part (${made.reason})`));
    } else {
      refused.push(made === undefined ? notLoaded(one) : { ...notLoaded(one), reason: made.reason });
    }
  }
  return { refused, unproven };
}

/** undefined table, object, schema */
const LACKS_ANOTHER = new Set(['42P01', '42704', '3F000']);

/** An extension that the server refused to create. */
export function isExtension({ object, lack }: NotRestored): boolean {
  return lack === 'missing' && object.startsWith('EXTENSION ');
}

async function readRows({ planned: { table } }: RefusedTable, backup: OpenedBackup, { signal }: Context) {
  const file = fileNamed(backup.catalog, table.file);
  const segments = createSegments(backup, { files: [file], keep: 2 }, signal);
  for await (const _ of copyRows(streamPieces(segments, file), table));
}

function unprovenOne({ planned: { table } }: RefusedTable, why: string): NotRestored {
  const proof = `${why}; ${numberOf(table.rows, 'row')} read from the backup, the hash is right`;
  const object = `TABLE DATA ${table.schema} ${table.table}`;
  return { object, lack: 'missing', reason: proof, sqlState: '', statement: '' };
}
