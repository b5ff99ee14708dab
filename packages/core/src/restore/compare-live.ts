import { BackuperError, type Context, isBackuperError, numberOf, say } from '@postgres-backuper/base';
import {
  type Client,
  findPrograms,
  newestPrograms,
  onDatabase,
  type Server,
  type Session,
  sql,
  withSession,
} from '@postgres-backuper/postgres';
import type { Assertion } from './assert-database.ts';
import { countLive, GENTLE } from './count-live.ts';
import { type LoadedTable, tableName } from './load-table.ts';

/** The database that lives on while a backup of it is restored. */
export interface LiveSource {
  readonly server: Server;
  /** Undefined: the one that was backed up, by its name. */
  readonly database: string | undefined;
  /** How far the numbers of rows of a table may be apart, in percent of the larger one. */
  readonly tolerance: number;
}

export interface LiveCheck {
  /** Name of the database that was backed up. */
  readonly original: string;
  /** The database that is restored into; undefined: a new one. */
  readonly database?: string;
  /** Undefined: `database` replaces none. */
  readonly replaces?: unknown;
  /** Where it is restored. */
  readonly server: Server;
}

/** The living source of a backup whose database had this name. */
export function onLive({ server, database }: LiveSource, original: string): Server {
  return onDatabase(server, database ?? original);
}

/**
 * Finds out before a restore whether the source can be asked after it, and is another database. Errors:
 * configuration-invalid, those of findPrograms and openSession.
 */
export async function requireLive(
  live: LiveSource | undefined,
  { original, database, replaces, server }: LiveCheck,
  context: Context,
): Promise<void> {
  if (live === undefined) return;
  const source = onLive(live, original);
  if (live.server === server && replaces === undefined && (live.database ?? original) === database) {
    const text = `database '${database}' would be compared with itself`;
    throw new BackuperError('configuration-invalid', text, { hint: `name the source with ${say.option('liveUrl')}` });
  }
  const programs = newestPrograms(await findPrograms(source, context));
  await withSession({ server: source, programs }, context, (session) => session.query(sql`SELECT 1 AS one`));
}

/**
 * A test for each table: whether the source has about as many rows. Where the source cannot be asked any more that is a
 * test that failed: nothing that was restored is undone for it.
 */
export async function compareLive(
  loaded: readonly LoadedTable[],
  { source, tolerance, programs }: { source: Server; tolerance: number; programs: Client['programs'] },
  context: Context,
): Promise<readonly Assertion[]> {
  const tables = loaded.filter(({ table }) => table.load !== 'in-order'); // of extensions: they choose rows
  const text = `counting the rows of ${numberOf(tables.length, 'table')} in the living source`;
  context.emit({ type: 'phase', phase: 'assert', text });
  const found: Assertion[] = [];
  const failed = (detail: string) => ({
    file: say.option('compareLive'),
    name: 'the living source',
    ok: false,
    detail,
  });
  const ask = async (session: Session): Promise<void> => {
    await session.execute(GENTLE);
    if (await isBeingRestored(session)) return void found.push(failed('it is the database that is restored'));
    for (const { table, rows } of tables) {
      context.signal.throwIfAborted();
      const test = { file: say.option('compareLive'), name: `rows of ${tableName(table)}` };
      found.push({ ...test, ...compared(await countLive(table, session), rows, tolerance) });
    }
  };
  try {
    await withSession({ server: source, programs }, context, ask);
  } catch (error) {
    context.signal.throwIfAborted();
    if (!isBackuperError(error)) throw error;
    found.push(failed(error.message));
  }
  return found;
}

/** The journal of a restore is in its database until all is done. */
async function isBeingRestored(session: Session): Promise<boolean> {
  const [row] = await session.query<{ journal: boolean }>(
    sql`SELECT pg_catalog.to_regnamespace('pgbackuper_restore') IS NOT NULL AS journal`,
  );
  return row?.journal === true;
}

/** Pure. */
export function compared(live: number | string, restored: number, tolerance: number): Pick<Assertion, 'ok' | 'detail'> {
  if (typeof live === 'string') return { ok: false, detail: live };
  const apart = live === restored ? 0 : (Math.abs(live - restored) / Math.max(live, restored)) * 100;
  const ok = apart <= tolerance;
  // never shown as if it were within the tolerance
  const shown = ok ? apart.toFixed(1) : Math.max(apart, tolerance + 0.1).toFixed(1);
  return {
    ok,
    detail: `${numberOf(restored, 'row')} restored, ${numberOf(live, 'row')} in the source: ${shown} % apart`,
  };
}
