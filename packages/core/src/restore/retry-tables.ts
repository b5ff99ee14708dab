import { type Context, numberOf } from '@postgres-backuper/base';
import type { KeptSession } from './kept-session.ts';
import { isRefusal, type LoadedTable, type LoadServices, type RefusedTable, tableName } from './load-table.ts';
import type { NotLoaded, NotRestored } from './not-restored.ts';
import { tryTable } from './run-graph.ts';

export interface RetryTableServices {
  readonly session: KeptSession;
  readonly services: LoadServices;
  /** The database's own search_path, as in the original. */
  readonly searchPath: string;
}

export interface RetriedTables {
  readonly loaded: readonly LoadedTable[];
  readonly left: readonly RefusedTable[];
}

/**
 * Tries refused tables again, in rounds until a round loads none: a check may read other tables. Then once with the
 * database's own search_path: a function may name others without their schema. Errors: as runGraph.
 */
export async function retryTables(
  refused: readonly RefusedTable[],
  request: RetryTableServices,
  context: Context,
): Promise<RetriedTables> {
  const loaded: LoadedTable[] = [];
  let left = refused.filter(({ error }) => isRefusal(error));
  for (let before = left.length + 1; left.length > 0 && left.length < before; ) {
    before = left.length;
    for (const { planned, error } of left) {
      const text = `table '${tableName(planned.table)}' is tried again after the others: ${error.message}`;
      context.emit({ type: 'notice', text });
    }
    const round = await tryAll(left, { request }, context);
    loaded.push(...round.loaded);
    left = round.left;
  }
  const { searchPath } = request;
  const last = await tryAll(left, { request, searchPath }, context);
  for (const { table } of last.loaded) {
    const text = `table '${tableName(table)}' is loaded with the search_path of the database (${searchPath})`;
    context.emit({ type: 'notice', text });
  }
  const damaged = refused.filter(({ error }) => !isRefusal(error));
  return { loaded: [...loaded, ...last.loaded], left: [...damaged, ...last.left] };
}

async function tryAll(
  refused: readonly RefusedTable[],
  { request, searchPath }: { readonly request: RetryTableServices; readonly searchPath?: string },
  context: Context,
): Promise<{ readonly loaded: LoadedTable[]; readonly left: RefusedTable[] }> {
  const loaded: LoadedTable[] = [];
  const left: RefusedTable[] = [];
  for (const { planned, rowsLeft = 0 } of refused) {
    const tried = searchPath === undefined ? planned : { ...planned, searchPath };
    const outcome = await tryTable(tried, request, context);
    if ('error' in outcome) left.push({ planned, error: outcome.error, rowsLeft });
    else loaded.push(outcome);
  }
  return { loaded, left };
}

/** The verdict on a table that stays without its rows. */
export function notLoaded({ planned: { table }, error, rowsLeft = 0 }: RefusedTable): NotLoaded {
  const left = rowsLeft === 0 ? '' : `; ${numberOf(rowsLeft, 'row')} stay there, since it could not be emptied`;
  return { schema: table.schema, table: table.table, expectedRows: table.rows, reason: `${error.message}${left}` };
}

/** Without those that are empty in the backup: no row of theirs is missing, so that they are verdicts on objects. */
export function withoutEmpty(refused: readonly RefusedTable[]): {
  readonly refusedTables: readonly RefusedTable[];
  readonly emptyTables: readonly NotRestored[];
} {
  const isEmpty = ({ planned, error }: RefusedTable): boolean => planned.table.rows === 0 && isRefusal(error);
  return {
    refusedTables: refused.filter((one) => !isEmpty(one)),
    emptyTables: refused.filter(isEmpty).map(emptyTable),
  };
}

function emptyTable({ planned: { table }, error }: RefusedTable): NotRestored {
  const object = `TABLE DATA ${table.schema} ${table.table}`;
  return { object, lack: 'missing', reason: `${error.message} (it has no rows)`, sqlState: '', statement: '' };
}
