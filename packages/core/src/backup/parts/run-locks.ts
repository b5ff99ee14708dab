import type { BackupId } from '@postgres-backuper/format';
import { runLockKey } from '@postgres-backuper/postgres';

/** Keys of the advisory locks of one run. */
export interface RunLocks {
  /** Held from the plan to the commit. */
  readonly holder: string;
  /** Held by who reads the part, from 1. */
  part(part: number): string;
}

/** `run` is random: a worker of an earlier run with the same label asks for locks that nobody has. */
export function runLocks({ name, label }: BackupId, run: string): RunLocks {
  const keyOf = (what: string): string => runLockKey(`${name}\n${label}\n${run}\n${what}`);
  return { holder: keyOf('holder'), part: (part) => keyOf(`part ${part}`) };
}
