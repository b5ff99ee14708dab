import { localTime, type TimeZone } from '@postgres-backuper/base';

export const DAY_MS = 86_400_000;

export type PeriodKind = 'daily' | 'weekly' | 'monthly' | 'yearly';

/** The period of a zone that a time is in: `2026-03-15`, `2026-W11` (ISO 8601 week), `2026-03`, `2026`. */
export function periodOf(time: number, kind: PeriodKind, zone: TimeZone): string {
  const local = localTime(time, zone);
  const date = new Date(local).toISOString();
  switch (kind) {
    case 'daily':
      return date.slice(0, 10);
    case 'weekly':
      return isoWeek(local);
    case 'monthly':
      return date.slice(0, 7);
    case 'yearly':
      return date.slice(0, 4);
  }
}

/** A week belongs to the year of its Thursday. */
function isoWeek(time: number): string {
  const weekday = (new Date(time).getUTCDay() + 6) % 7;
  const thursday = new Date(time + (3 - weekday) * DAY_MS);
  const year = thursday.getUTCFullYear();
  const day = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / DAY_MS);
  return `${year}-W${String(Math.floor(day / 7) + 1).padStart(2, '0')}`;
}
