import { BackuperError, type Context, say, toBackuperError } from '@postgres-backuper/base';
import {
  findPrograms,
  identifier,
  newestPrograms,
  openMaintenanceSession,
  readDatabaseNames,
  type Server,
  type Swap,
  swapDatabases,
  swapStatements,
  textOf,
} from '@postgres-backuper/postgres';
import { exchangedOf } from './restore/replaced-names.ts';
import { chooseExchanged } from './undo-swap/choose-exchanged.ts';

export interface UndoSwapRequest {
  /** The name that goes back. */
  readonly name: string;
  /** The database that gets it; default: the one that the last restore replaced. */
  readonly database?: string | undefined;
  /** Ends sessions of others on both databases at the moment of the exchange. */
  readonly disconnect: boolean;
  /** Tried in order for the connections that rename. */
  readonly maintenanceDatabases: readonly string[];
}

export interface UndoSwapResult {
  /** The name. */
  readonly database: string;
  /** Former name of the database that has it now. */
  readonly from: string;
  /** New name of the database that had it; undefined: none had it. */
  readonly kept?: string;
  readonly durationMs: number;
}

/**
 * Gives a database that `restore` replaced its name back; the restored one is kept under a name of its own. Needs no
 * repository. Also finishes an exchange by hand of which only the first half was done. Errors: nothing-to-undo, those of
 * openMaintenanceSession and swapDatabases; both databases then have the names that they had.
 */
export async function undoSwap(
  request: UndoSwapRequest,
  { server }: { readonly server: Server },
  context: Context,
): Promise<UndoSwapResult> {
  const begunAt = context.clock.elapsed();
  const { name, disconnect } = request;
  const client = { server, programs: newestPrograms(await findPrograms(server, context)) };
  const maintenanceDatabases = request.maintenanceDatabases.filter(
    (one) => one !== name && exchangedOf(name, [one]).length === 0,
  );
  const session = await openMaintenanceSession(client, maintenanceDatabases, context);
  const databases = await readDatabaseNames(session).finally(() => session.close());
  const { next, aside } = chooseExchanged(request, databases);
  context.emit({ type: 'phase', phase: 'create-database', text: `giving '${next}' the name '${name}'` });
  await exchange({ client, maintenanceDatabases }, { name, next, aside, disconnect }, context);
  if (aside !== undefined) context.emit({ type: 'notice', text: whatIsKept(name, aside) });
  const durationMs = Math.round(context.clock.elapsed() - begunAt);
  return { database: name, from: next, ...(aside === undefined ? {} : { kept: aside }), durationMs };
}

async function exchange(where: Parameters<typeof swapDatabases>[0], swap: Swap, context: Context): Promise<void> {
  try {
    await swapDatabases(where, swap, context);
  } catch (thrown) {
    const { code, message, hint, result } = toBackuperError(thrown);
    const later = `all databases have the names that they had; by hand: ${swapStatements(swap)}`;
    throw new BackuperError(code, message, {
      hint: hint === undefined ? later : `${hint}; ${later}`,
      cause: thrown,
      result,
    });
  }
}

function whatIsKept(name: string, aside: string): string {
  const again = say.command('undo-swap', {}, [name, aside]);
  return `the database that was '${name}' until now is kept as '${aside}'. To exchange them again, run ${again}; once you do not need it, run DROP DATABASE ${textOf(identifier(aside))};`;
}
