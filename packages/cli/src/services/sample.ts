import type { VerifyLevel } from '@postgres-backuper/core';
import { type Resolved, say, settingsError } from '@postgres-backuper/options';

/** The level of a verification, and the share of the segments that a sample reads, from 0 to 1. Errors: configuration-invalid. */
export function sampleOf({ settings, sources }: Resolved<'verify'>): {
  readonly level: VerifyLevel;
  readonly share: number | undefined;
} {
  const { level, sample } = settings;
  if (sample === undefined) return { level, share: undefined };
  const percent = Number(/^(\d{1,3}(?:\.\d{1,6})?)\s?%?$/.exec(sample.trim())?.[1] ?? Number.NaN);
  if (!(percent > 0 && percent <= 100))
    throw settingsError([`${sources.get('sample')} is no share of the segments`], 'give a percentage, e.g. 5%');
  if (level === 'content') return { level: 'sample', share: percent / 100 };
  throw settingsError([`${sources.get('sample')} is for ${say.option('level', 'content')}`], 'give both, or neither');
}
