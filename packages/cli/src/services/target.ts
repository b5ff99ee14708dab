import { say, settingsError } from '@postgres-backuper/options';
import type { Target } from '@postgres-backuper/repository';

/** The backup that a label, `latest` or --at selects. Errors: configuration-invalid for both or none. */
export function parseTarget(word: string | undefined, at: number | undefined): Target {
  if (word !== undefined && at !== undefined) {
    throw settingsError([`both a backup and ${say.option('at')} are given`], 'give one of them');
  }
  if (at !== undefined) return { at };
  if (word === undefined)
    throw settingsError(['no backup is chosen'], `give its label, latest, or a time with ${say.option('at')}`);
  return word === 'latest' ? { latest: true } : { label: word };
}
