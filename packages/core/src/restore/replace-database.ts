import { BackuperError, type Context, toBackuperError } from '@postgres-backuper/base';
import { identifier, swapDatabases, textOf } from '@postgres-backuper/postgres';
import type { PreparedTarget } from './prepare-target.ts';
import { beforeName } from './replaced-names.ts';

export interface Replacement {
  readonly name: string;
  readonly restored: string;
  readonly label: string;
  readonly disconnect: boolean;
}

/**
 * Exchanges the names; returns the new one of the replaced database. Errors: those of swapDatabases; the restored
 * database is kept, and the hint says how to go on.
 */
export async function replaceDatabase(
  replacement: Replacement,
  {
    target,
    maintenanceDatabases,
  }: { readonly target: PreparedTarget; readonly maintenanceDatabases: readonly string[] },
  context: Context,
): Promise<string> {
  const { name, restored, label, disconnect } = replacement;
  const before = beforeName(name, label);
  context.emit({ type: 'phase', phase: 'create-database', text: `replacing database '${name}'` });
  try {
    const where = { client: target.client, maintenanceDatabases };
    await swapDatabases(where, { name, restored, before, disconnect }, context);
  } catch (thrown) {
    const error = toBackuperError(thrown);
    const hint = `'${name}' is as it was, and the restored database is kept; once nobody uses '${name}', run ${swapStatements({ name, restored, before })}`;
    throw new BackuperError(error.code, error.message, { hint, cause: error });
  }
  context.emit({
    type: 'notice',
    text: `database '${name}' was replaced; the old one is '${before}'. To go back, run ${swapStatements({ name, restored: before, before: restored })}`,
  });
  return before;
}

/** For psql, on another database. */
export function swapStatements({ name, restored, before }: Record<'name' | 'restored' | 'before', string>): string {
  const [now, next, old] = [name, restored, before].map((one) => textOf(identifier(one)));
  return `BEGIN; ALTER DATABASE ${now} RENAME TO ${old}; ALTER DATABASE ${next} RENAME TO ${now}; COMMIT;`;
}
