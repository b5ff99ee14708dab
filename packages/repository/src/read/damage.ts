import { type BackuperError, isOfKind } from '@postgres-backuper/base';

/** One thing that is wrong with a backup. */
export interface Damage {
  /** Key of the damaged object, if it is one. */
  readonly object?: string;
  /** `schema.table`, if a table is damaged. */
  readonly table?: string;
  readonly text: string;
}

/** Whether an error reports a damaged backup; others are about the network, keys or rights. */
export function saysDamaged(error: unknown): error is BackuperError {
  return isOfKind(error, 'damage');
}

/** Adds damage that `work` throws to `damage`; rethrows all other errors. */
export async function collecting<Result>(
  damage: Damage[],
  object: string | undefined,
  work: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!saysDamaged(error)) throw error;
    damage.push(object === undefined ? { text: error.message } : { object, text: error.message });
    return undefined;
  }
}
