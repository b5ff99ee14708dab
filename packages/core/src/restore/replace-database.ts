import { BackuperError, type Context, say, toBackuperError } from '@postgres-backuper/base';
import {
  type Client,
  openMaintenanceSession,
  readDatabaseNames,
  type Swap,
  swapDatabases,
  swapStatements,
} from '@postgres-backuper/postgres';
import { dropReplaced, dropStatement } from './drop-replaced.ts';
import { exchangedName, nextNumber } from './replaced-names.ts';
import type { Replaced } from './target-request.ts';

export interface Replacement extends Replaced {
  readonly restored: string;
  readonly label: string;
  /** False: newer backups do not count, so the restored database is older than was asked for. */
  readonly isNewest: boolean;
}

export interface ReplacedResult {
  /** New name of the replaced database. */
  readonly replaced: string;
  /** Whether it was dropped, on request. */
  readonly oldDropped: boolean;
}

/** Connections to any database but the two. */
export interface MaintenanceServices {
  readonly client: Client;
  readonly maintenanceDatabases: readonly string[];
}

/**
 * Exchanges the names, and drops the old database on request; a warning says why it could not be dropped. Errors: those
 * of swapDatabases; the restored database is kept, and the hint says how to go on.
 */
export async function replaceDatabase(
  replacement: Replacement,
  services: MaintenanceServices,
  context: Context,
): Promise<ReplacedResult> {
  const { name, dropOld, isNewest, disconnect } = replacement;
  context.emit({ type: 'phase', phase: 'create-database', text: `replacing database '${name}'` });
  const { swap, oid, back } = await exchange(replacement, services, context);
  const replaced = swap.aside;
  if (dropOld && !isNewest) context.emit({ type: 'warning', text: NOT_NEWEST, hint: dropStatement(replaced) });
  const oldDropped =
    dropOld && isNewest && (await dropReplaced({ name, replaced, oid, disconnect }, services, context));
  if (!oldDropped) context.emit({ type: 'notice', text: whatIsKept(back) });
  return { replaced, oldDropped };
}

const NOT_NEWEST = 'the replaced database is kept, since newer backups than the restored one do not count';

async function exchange(replacement: Replacement, services: MaintenanceServices, context: Context) {
  const { name, restored: next, disconnect } = replacement;
  const session = await openMaintenanceSession(services.client, services.maintenanceDatabases, context);
  const databases = await readDatabaseNames(session).finally(() => session.close());
  const swap = { ...plannedSwap(replacement, databases), next, disconnect };
  try {
    const oid = await swapDatabases(services, swap, context);
    return { swap, oid, back: plannedUndo(replacement, swap.aside, databases) };
  } catch (thrown) {
    const { code, message } = toBackuperError(thrown);
    const hint = `'${name}' is as it was, and the restored database is kept; once nobody uses '${name}', run ${swapStatements(swap)}`;
    throw new BackuperError(code, message, { hint, cause: thrown });
  }
}

/** Pure. `databases`: those of the server, whose names are taken. */
export function plannedSwap(
  { name, restored, label }: Pick<Replacement, 'name' | 'restored' | 'label'>,
  databases: readonly string[],
): Pick<Swap, 'name' | 'next'> & { readonly aside: string } {
  const aside = exchangedName(name, { kind: 'before', label, number: nextNumber(name, databases) });
  return { name, next: restored, aside };
}

function plannedUndo({ name, label }: Replacement, replaced: string, databases: readonly string[]) {
  const aside = exchangedName(name, { kind: 'restored', label, number: nextNumber(name, databases) + 1 });
  return { name, next: replaced, aside };
}

function whatIsKept(back: Pick<Swap, 'name' | 'next' | 'aside'>): string {
  const { name, next: replaced } = back;
  const undo = `run ${say.command('undo-swap', {}, [name])}, or in psql: ${swapStatements(back)}`;
  return `database '${name}' was replaced; the old one is '${replaced}'. To go back, ${undo} Once you do not need it: ${dropStatement(replaced)}`;
}
