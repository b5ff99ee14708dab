import type { Context } from '@postgres-backuper/base';
import { COPY_TERMINATOR } from '@postgres-backuper/format';
import type { Session } from '../session/psql.ts';
import { sql, wholeNumber } from '../session/sql.ts';
import { type BlockRange, createBlockRanges } from './block-ranges.ts';
import { type FileSink, send } from './file-sink.ts';
import type { RangeSession } from './range-session.ts';
import { createRelay } from './relay.ts';
import type { RowsOf } from './split-tables.ts';

/** COPY text of a range: enough to make a request for it cheap, and little enough to be held in memory. */
const RANGE_BYTES = 1024 ** 2;
const HOLD_BYTES = 1.5 * 1024 ** 2;
/** The ranges of one session come one after another: nothing of them must be held, and each costs a pipe and two answers. */
const LONE_RANGE_BYTES = 8 * RANGE_BYTES;

/** A table, or some blocks of it: those that have no end also have the terminator. */
export interface BlocksOf extends RowsOf {
  /** Undefined: all of them. */
  readonly blocks?: BlockRange | undefined;
}

/** Requests ranges from a session, one after another. */
export interface Reader {
  readonly session: RangeSession;
  readonly pipe: string;
}

/** Sends a table, or some blocks of it, by these readers. Errors: as openSplitDump's `dump`. */
export async function dumpTable(
  table: BlocksOf,
  { sink, session, readers }: { sink: FileSink; session: Session; readers: readonly Reader[] },
  { signal }: Context,
): Promise<void> {
  const { blocks: within } = table;
  const blocks = within?.to ?? (await readBlocks(table, session));
  const isLone = readers.every((reader) => reader.session === readers[0]?.session);
  const ranges = createBlockRanges({ blocks, textBytes: isLone ? LONE_RANGE_BYTES : RANGE_BYTES, within });
  const relay = createRelay(sink, { next: ranges.next, places: readers.length, holdBytes: HOLD_BYTES, signal });
  const readShare = async (reader: Reader): Promise<void> => {
    for (let entered = await relay.enter(); entered !== undefined; entered = await relay.enter()) {
      const { item: range, runner } = entered;
      await reader.session.read({ table, range, pipe: reader.pipe }, runner);
      ranges.learn(range, runner.takenBytes());
      runner.end();
    }
  };
  await Promise.all(readers.map(readShare));
  await relay.finish();
  if (within?.to === undefined) await send(sink, COPY_TERMINATOR, signal);
  sink.end();
}

/** Current number of blocks in the heap; the snapshot sees no rows in later ones. */
export async function readBlocks({ entry }: RowsOf, session: Session): Promise<number> {
  const [row] = await session.query<{ blocks: number }>(
    sql`SELECT pg_catalog.pg_relation_size(${wholeNumber(entry.oid)}::pg_catalog.oid)
          / pg_catalog.current_setting('block_size')::int AS blocks`,
  );
  return row?.blocks ?? 0;
}
