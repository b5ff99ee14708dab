import { isWrittenHere } from './options.ts';

/**
 * Where a setting is written, the nearest to the job first. `given`: a flag, or an input or argument of the host; `own`:
 * BACKUP_*; `scripts`: names of the original scripts; `others`: names that other programs read too; `file`: the config
 * file. The last two are equally near.
 */
export type Origin = 'given' | 'own' | 'scripts' | 'others' | 'file';

const RANKS: Readonly<Record<Origin, number>> = { given: 0, own: 1, scripts: 2, others: 3, file: 3 };

/** The origin of a value from `source`, e.g. `--host`, `BACKUP_PASSWORD_FILE`, `"host" in the config file`. */
export function originOf(source: string): Origin {
  if (isWrittenHere(source)) return 'given';
  if (source.startsWith('"')) return 'file';
  if (source.startsWith('BACKUP_')) return 'own';
  return /^PG_/.test(source) ? 'scripts' : 'others';
}

/** Whether `one` is written nearer to the job than `other`. */
export function isNearer(one: Origin, other: Origin): boolean {
  return RANKS[one] < RANKS[other];
}
