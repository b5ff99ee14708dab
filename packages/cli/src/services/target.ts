import type { Target } from '@postgres-backuper/core';
import { settingsError } from '../options/settings-error.ts';

/** The backup that a label, `latest` or --at mean. Errors: configuration-invalid for both or none. */
export function parseTarget(word: string | undefined, at: number | undefined): Target {
  if (word !== undefined && at !== undefined) {
    throw settingsError(['both a backup and --at are given'], 'give one of them');
  }
  if (at !== undefined) return { at };
  if (word === undefined) throw settingsError(['no backup is chosen'], 'give its label, latest, or --at TIME');
  return word === 'latest' ? { latest: true } : { label: word };
}
