import { randomBytes } from 'node:crypto';

/** The form; the date in it may be invalid. */
export const LABEL = /^backup_\d{8}_\d{6}_[0-9a-f]{6}$/;
const SUFFIX_LENGTH = '_xxxxxx'.length;

/** `backup_YYYYMMDD_HHMMSS_xxxxxx`: start in UTC, then six random hexadecimal digits. `now`: milliseconds since 1970. */
export function createLabel(now: number): string {
  const digits = new Date(now).toISOString().replace(/\D/g, '');
  return `backup_${digits.slice(0, 8)}_${digits.slice(8, 14)}_${randomBytes(3).toString('hex')}`;
}

/** The start of the backup in milliseconds since 1970, or undefined for an invalid label (such as a 31 February). */
export function parseLabel(label: string): { readonly startedAt: number } | undefined {
  if (!LABEL.test(label)) return undefined;
  const part = (from: number, until: number): number => Number(label.slice(from, until));
  const [year, month, day] = [part(7, 11), part(11, 13), part(13, 15)];
  const [hour, minute, second] = [part(16, 18), part(18, 20), part(20, 22)];
  if (year < 100 || hour > 23 || minute > 59 || second > 59) return undefined; // Date.UTC would add 1900, or carry over
  const startedAt = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(startedAt);
  return date.getUTCMonth() + 1 === month && date.getUTCDate() === day ? { startedAt } : undefined;
}

/** The part before the random suffix: equal for the same second, and in the order of the times. */
export function labelTime(label: string): string {
  return label.slice(0, 'backup_20260315_120000'.length);
}

/** Whether a user who wrote `wanted` may mean `label`: the whole of it, or the part before the random suffix. */
export function matchesLabel(label: string, wanted: string): boolean {
  return label === wanted || label.slice(0, -SUFFIX_LENGTH) === wanted;
}
