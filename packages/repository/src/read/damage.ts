import { type BackuperError, isOfKind } from '@postgres-backuper/base';

/** One thing that is wrong with a backup. */
export interface Damage {
  /** Key of the object, where one is to blame. */
  readonly object?: string;
  /** `schema.table`, where one is to blame. */
  readonly table?: string;
  readonly text: string;
}

/** Errors that tell of a damaged backup; all others (network, keys, rights) say nothing about it. */
export function saysDamaged(error: unknown): error is BackuperError {
  return isOfKind(error, 'damage');
}

/** Collects what `work` finds wrong; errors that are no damage are thrown on. */
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
