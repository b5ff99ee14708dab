import { createHash, randomInt } from 'node:crypto';
import { BackuperError, type Context, formatBytes, numberOf, say } from '@postgres-backuper/base';
import { type Commit, type CopyDigest, type FullMark, isSliced, type MarkedTable } from '@postgres-backuper/format';
import {
  type ChangeMark,
  type Client,
  makeChangeMark,
  readUnchangedTables,
  type Session,
  type SplitTable,
  withSession,
} from '@postgres-backuper/postgres';
import type { SetRole } from './choose-set.ts';
import type { Contents } from './contents.ts';

/** How a differential leaves tables unread that the server has not changed since its full. */
export interface UnreadRequest {
  /** Part of these tables that is read all the same and compared, 0 to 1; at least one table unless it is 0. */
  readonly verifyShare: number;
  /** The mark of a full, or why there is none that can be used. */
  readonly markOf: (full: Commit, role: Pick<SetRole, 'keys'>) => Promise<FullMark | string>;
}

/** Tables by oid whose rows are those of the full. */
export interface Unread {
  readonly tables: ReadonlyMap<string, MarkedTable>;
  readonly verifyShare: number;
}

/** What is known of changes: of a full for later, of a differential since its full. */
export interface Known {
  readonly mark?: ChangeMark;
  readonly unread?: Unread;
}

/** A table on disk below this size is read: pg_dump looks up each table that it leaves out by its name. */
const LEAST_BYTES = 256 * 1024;
/** Most tables that are left unread, for the same reason. */
const MOST_TABLES = 2000;

/** Where nothing can be known, a notice says why and every table is read. Errors: those of a lost session. */
export async function readKnown(
  { role, request }: { readonly role: SetRole | undefined; readonly request: UnreadRequest | undefined },
  { client, snapshot }: { readonly client: Client; readonly snapshot: Session },
  context: Context,
): Promise<Known> {
  if (role === undefined || request === undefined) return {};
  const notice = (text: string): void => context.emit({ type: 'notice', text });
  if (role.type === 'full') {
    const mark = await withSession(client, context, (own) => makeChangeMark({ snapshot, own }));
    if (typeof mark !== 'string') return { mark };
    notice(`differentials of this full will read every table: ${mark}`);
    return {};
  }
  const mark = await request.markOf(role.parent, role);
  const found =
    typeof mark === 'string'
      ? mark
      : await withSession(client, context, (own) => readUnchangedTables(mark, { snapshot, own }, context));
  if (typeof mark !== 'string' && typeof found !== 'string') {
    const same = mark.tables.filter(({ oid }) => found.has(oid));
    return { unread: { tables: new Map(same.map((table) => [table.oid, table])), verifyShare: request.verifyShare } };
  }
  notice(`every table is read: ${found}`);
  return {};
}

/** A table that is left unread, as its full has it. */
export interface UnreadTable {
  readonly table: SplitTable;
  readonly kept: MarkedTable;
}

export interface UnreadChoice {
  readonly left: readonly UnreadTable[];
  /** Read all the same, to be compared. */
  readonly sample: readonly UnreadTable[];
}

/** Of plain tables, largest first, those that are left unread. `bytesOf`: on disk. */
export function chooseUnread(
  plain: readonly SplitTable[],
  { tables, verifyShare }: Unread,
  bytesOf: (table: SplitTable) => number,
): UnreadChoice {
  const all = plain.flatMap((table) => {
    const kept = tables.get(table.entry.oid);
    const isSame = kept !== undefined && kept.statement === statementDigest(table.entry.copyStatement);
    return isSame && kept.rows > 0 && bytesOf(table) >= LEAST_BYTES ? [{ table, kept }] : [];
  });
  const some = all.slice(0, MOST_TABLES);
  const chosen = new Set(some.filter(() => randomInt(1_000_000) < verifyShare * 1_000_000));
  const [first] = [some[randomInt(Math.max(1, some.length))]];
  if (verifyShare > 0 && chosen.size === 0 && first !== undefined) chosen.add(first);
  return { left: some.filter((one) => !chosen.has(one)), sample: [...chosen] };
}

/** For people; undefined: nothing is left unread. */
export function unreadText({ left, sample }: UnreadChoice): string | undefined {
  if (left.length === 0) return undefined;
  const bytes = left.reduce((sum, { kept }) => sum + kept.file.sizeBytes, 0);
  const compared = sample.length === 0 ? '' : `; ${numberOf(sample.length, 'other')} read and compared`;
  return `${numberOf(left.length, 'table')} (${formatBytes(bytes)}) did not change since the full and ${left.length === 1 ? 'is' : 'are'} not read${compared}`;
}

/** Errors: unchanged-differs. */
export function compareSample(sample: readonly UnreadTable[], digests: ReadonlyMap<string, CopyDigest>): void {
  for (const { table, kept } of sample) {
    const read = digests.get(table.entry.fileName);
    if (read?.sizeBytes === kept.file.sizeBytes && read.sha256 === kept.file.sha256) continue;
    const { schema, tag } = table.entry;
    throw new BackuperError('unchanged-differs', `table '${schema}.${tag}' changed, and the server did not say so`, {
      hint: `run the backup without ${say.option('skipUnchanged')}, and report this`,
    });
  }
}

/** What the full keeps for its differentials. Valid after the pipeline's `finish`. */
export function fullMark(mark: ChangeMark, { toc, tables, files }: Contents): FullMark {
  const states = new Map(mark.tables.map((state) => [state.oid, state]));
  const byFile = new Map(tables.map((table) => [table.file, table]));
  const stored = new Map(files().map((file) => [file.name, file]));
  const marked = toc.entries.flatMap((entry): MarkedTable[] => {
    const [state, table, file] = [states.get(entry.oid), byFile.get(entry.fileName), stored.get(entry.fileName)];
    if (!entry.hasData || state === undefined || table === undefined || file === undefined) return [];
    if (isSliced(file) || 'slices' in table) return []; // a differential reads it
    const { rows, bytes, sha256 } = table;
    return [{ ...state, statement: statementDigest(entry.copyStatement), rows, bytes, sha256, file: placeOf(file) }];
  });
  return { version: 1, server: mark.server, history: mark.history, start: mark.start, tables: marked };
}

function placeOf({ sizeBytes, sha256, extents }: MarkedTable['file']): MarkedTable['file'] {
  return { sizeBytes, sha256, extents };
}

function statementDigest(statement: string): string {
  return createHash('sha256').update(statement).digest('hex');
}
