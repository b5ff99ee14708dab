import { join } from 'node:path';
import { type RunEnd, tryRun } from './run.ts';

/** The command line from its sources, or the program that PGBACKUPER_PROGRAM names: `pnpm test` sets it to a bundle. */
export const BACKUPER_PROGRAM = process.env.PGBACKUPER_PROGRAM || join(import.meta.dirname, '../../cli/src/main.ts');

/**
 * Runs `postgres-backuper` as users do, in a process of its own with exactly this environment (PATH and HOME come
 * from ours where it has none), and returns its exit status and its output.
 */
export function runBackuper(args: readonly string[], env: Readonly<Record<string, string>>): Promise<RunEnd> {
  const { PATH = '/usr/bin:/bin', HOME = '/' } = process.env;
  return tryRun(process.execPath, [BACKUPER_PROGRAM, ...args], { env: { PATH, HOME, ...env } });
}
