import { randomBytes } from 'node:crypto';

/** The form; the date in it may be invalid. */
export const LABEL = /^backup_(\d{4})(\d{2})(\d{2})_(\d{2})(\d{2})(\d{2})_([0-9a-f]{6})$/;
const SUFFIX_LENGTH = '_xxxxxx'.length;

/** `backup_YYYYMMDD_HHMMSS_xxxxxx`: start in UTC, then six random hexadecimal digits. `now`: milliseconds since 1970. */
export function createLabel(now: number): string {
  const digits = new Date(now).toISOString().replace(/\D/g, '');
  return `backup_${digits.slice(0, 8)}_${digits.slice(8, 14)}_${randomBytes(3).toString('hex')}`;
}

/** The start of the backup in milliseconds since 1970, or undefined for an invalid label (such as a 31 February). */
export function parseLabel(label: string): { readonly startedAt: number } | undefined {
  const parts = LABEL.exec(label);
  if (parts === null) return undefined;
  const iso = `${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}:${parts[5]}:${parts[6]}.000Z`;
  const startedAt = Date.parse(iso);
  if (Number.isNaN(startedAt) || new Date(startedAt).toISOString() !== iso) return undefined;
  return { startedAt };
}

/** The part before the random suffix: equal for the same second, and in the order of the times. */
export function labelTime(label: string): string {
  return label.slice(0, 'backup_20260315_120000'.length);
}

/** Whether a user who wrote `wanted` may mean `label`: the whole of it, or the part before the random suffix. */
export function matchesLabel(label: string, wanted: string): boolean {
  return label === wanted || label.slice(0, -SUFFIX_LENGTH) === wanted;
}
